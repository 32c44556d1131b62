import { useRouter } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { exact } from '../format/times';
import { useFailedRefresh } from '../routes/keepShown';
import { Button } from './Button';
import { useIsSlow } from './useIsSlow';
import { VisuallyHidden } from './VisuallyHidden';

/** Loads the page again. A page never refreshes by itself. */
export function RefreshButton() {
  const router = useRouter();
  const isBusy = useIsSlow();
  const failed = useFailedRefresh();
  const [message, setMessage] = useState('');
  const isRunning = useRef(false);

  async function refresh() {
    if (isRunning.current) return;
    isRunning.current = true;
    setMessage('');
    try {
      // `sync` waits for the data, not only for the start of the load.
      await router.invalidate({ sync: true });
    } finally {
      isRunning.current = false;
    }
    const isShown = router.state.matches.every((match) => match.status !== 'error');
    if (isShown) setMessage(`Refreshed at ${exact(new Date().toISOString())}`);
  }

  return (
    <div>
      <Button icon="refresh" isBusy={isBusy} onClick={refresh}>
        <span>Refresh</span>
      </Button>
      <VisuallyHidden>
        <span role="status">{failed === null && message}</span>
      </VisuallyHidden>
    </div>
  );
}
