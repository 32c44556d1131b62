import { useState } from 'react';
import { ApiError } from '../../api/client';
import { type RetryAnswer, retryRejection } from '../../api/rejections';
import type { Rejection } from '../../api/types';
import { pluralize } from '../../format/numbers';
import { Button } from '../../ui/Button';
import { errorMessage } from '../../ui/errorMessage';
import { RelativeTime } from '../../ui/RelativeTime';
import styles from './RejectionsPage.module.css';

/** One rejection. The body is folded, because it may hold personal data. */
export function RejectionRow({ rejection }: { rejection: Rejection }) {
  const { id, firstAt, lastAt, times, source, route, code, reason, body, bodyEncoding, bytes, isCut } = rejection;
  const [answer, setAnswer] = useState<RetryAnswer | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function tryAgain() {
    setBusy(true);
    setFailure(null);
    try {
      setAnswer(await retryRejection(id));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
    }
    setBusy(false);
  }

  return (
    <tr>
      <td data-label="Refused">
        <RelativeTime instant={lastAt} />
        {times > 1 && (
          <span className={styles.small}>
            {pluralize(times, 'time')}, first <RelativeTime instant={firstAt} />
          </span>
        )}
      </td>
      <td data-label="Sender">
        {source}
        <span className={styles.small}>{route}</span>
      </td>
      <td className={styles.reason} data-label="Reason">
        {reason} <span className={styles.small}>{code}</span>
        <details>
          <summary>
            Body, {pluralize(bytes, 'byte')}
            {isCut && ', only the beginning'}
            {bodyEncoding === 'base64' && ', as Base64'}
          </summary>
          <pre>{body}</pre>
        </details>
      </td>
      <td data-label="Action">
        {answer?.isRemoved !== true && !isCut && (
          <Button icon="refresh" isBusy={isBusy} onClick={() => !isBusy && void tryAgain()}>
            Try again
          </Button>
        )}
        {isCut && <span className={styles.small}>Not kept whole: send it again</span>}
        <span role="status" className={styles.small}>
          {answer !== null && outcome(answer)}
        </span>
        {failure !== null && (
          <span role="alert" className={styles.small}>
            {errorMessage(failure)} Reference <code>{failure.correlationId}</code>
          </span>
        )}
      </td>
    </tr>
  );
}

/** What came of another try. */
export function outcome({ result, errors = [] }: RetryAnswer): string {
  switch (result) {
    case 'accepted':
      return 'Stored';
    case 'duplicate':
      return 'Already stored';
    case 'expired':
      return 'Its order has expired: its numbers are final';
    case 'rejected':
      return `Refused again: ${errors.map(({ field, reason }) => `${field} ${reason}`).join('; ')}`;
  }
}
