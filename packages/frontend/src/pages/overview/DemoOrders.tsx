import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError } from '../../api/client';
import { type DemoProgress, fillWithDemo } from '../../api/demo';
import { count } from '../../format/numbers';
import { Button } from '../../ui/Button';
import { errorMessage } from '../../ui/errorMessage';
import styles from './EmptyDatabase.module.css';

/** Fills the database with demo orders, and shows the page again when they are there. */
export function DemoOrders() {
  const router = useRouter();
  const [isBusy, setBusy] = useState(false);
  const [progress, setProgress] = useState<DemoProgress | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);

  async function fill() {
    if (isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      await fillWithDemo(setProgress);
      await router.invalidate({ sync: true });
      // The button that had the focus is gone.
      document.getElementById('main')?.focus({ preventScroll: true });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
      setProgress(null);
    } finally {
      setBusy(false);
    }
  }

  return (
    <section className={styles.demo} data-tone="info" aria-labelledby="demo-orders">
      <div className={styles.intro}>
        <p className={styles.label}>Look around</p>
        <h2 id="demo-orders">Start with demo orders</h2>
        <p>
          Three weeks of made-up orders of ten vendors, some of them at risk. For your own orders, start the server with
          another database later:{' '}
          <code>
            goody serve <span>--database shop.db</span>
          </code>
        </p>
      </div>
      <Button icon={isBusy ? 'refresh' : 'right'} isBusy={isBusy} onClick={fill}>
        Add demo orders
      </Button>
      {progress !== null && (
        <div className={styles.progress}>
          <progress max={100} value={progress.percent} aria-label="Demo orders" />
          <p role="status">{count(progress.events)} events stored</p>
        </div>
      )}
      {failure !== null && (
        <p className={styles.failure} data-tone="bad" role="alert">
          {errorMessage(failure)} Reference <code>{failure.correlationId}</code>
        </p>
      )}
    </section>
  );
}
