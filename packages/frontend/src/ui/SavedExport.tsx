import { useState } from 'react';
import { ApiError } from '../api/client';
import { download } from '../api/download';
import { Button } from './Button';
import { errorMessage } from './errorMessage';
import styles from './SavedExport.module.css';
import { VisuallyHidden } from './VisuallyHidden';

/** An export that is requested with the token and saved when it is complete. */
export default function SavedExport({
  href,
  download: fileName,
  name,
}: {
  href: string;
  download: string;
  name: string;
}) {
  const [isBusy, setBusy] = useState(false);
  const [isSaved, setSaved] = useState(false);
  const [failure, setFailure] = useState<ApiError | null>(null);

  async function save() {
    if (isBusy) return;
    setBusy(true);
    setSaved(false);
    setFailure(null);
    try {
      await download(href, fileName);
      setSaved(true);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <Button icon={isBusy ? 'refresh' : 'download'} isBusy={isBusy} onClick={save}>
        {name}
      </Button>
      <VisuallyHidden>
        <span role="status">{isBusy ? `Loading ${fileName}…` : isSaved && `Saved ${fileName}`}</span>
      </VisuallyHidden>
      {failure !== null && (
        <p className={styles.failure} role="alert">
          {name} failed: {errorMessage(failure)} Reference <code>{failure.correlationId}</code>
        </p>
      )}
    </>
  );
}
