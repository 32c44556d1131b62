import { useRouter } from '@tanstack/react-router';
import { type FormEvent, useId, useRef, useState } from 'react';
import { ApiError, get } from '../api/client';
import { saveToken, useToken } from '../api/token';
import { Button } from './Button';
import { errorMessage } from './errorMessage';
import { StateBox } from './StateBox';
import styles from './TokenForm.module.css';

/** The characters that an `authorization` header can hold. */
const TOKEN_PATTERN = /^[\x21-\x7e]+$/;

/** Asks for the token that the server requires, checks it, and loads the page if it is valid. */
export default function TokenForm({ error }: { error: ApiError }) {
  const id = useId();
  const router = useRouter();
  const input = useRef<HTMLInputElement>(null);
  const hadToken = useToken() !== null;
  const [failure, setFailure] = useState<ApiError | null>(hadToken ? error : null);
  const [message, setMessage] = useState(hadToken ? 'The token of this tab is no longer accepted.' : '');
  const [isBusy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isBusy) return;
    const token = input.current?.value.trim() ?? '';
    setBusy(true);
    setMessage('');
    const rejection = TOKEN_PATTERN.test(token) ? await checkToken(token) : null;
    setBusy(false);
    if (rejection !== 'none') {
      setFailure(rejection);
      setMessage(
        rejection === null
          ? 'A token has only plain letters, digits and signs, without spaces.'
          : rejectionText(rejection),
      );
      input.current?.focus();
      input.current?.select();
      return;
    }
    saveToken(token);
    await router.invalidate({ sync: true });
    // The form that had the focus is gone.
    document.getElementById('main')?.focus({ preventScroll: true });
  }

  return (
    <StateBox tone="info" label="This server requires a token" title="Enter a token" level={1}>
      <p className={styles.text}>
        A token gives access to this data. The operator of this server creates one with{' '}
        <code>
          goody token new NAME <span>--scope read</span>
        </code>
        .
      </p>
      <form className={styles.form} onSubmit={submit}>
        <label className={styles.label} htmlFor={id}>
          Token
        </label>
        <input
          className={styles.input}
          id={id}
          ref={input}
          type="password"
          required
          autoComplete="current-password"
          aria-invalid={message !== ''}
          aria-describedby={`${id}-message ${id}-note`}
        />
        <Button type="submit" isBusy={isBusy}>
          Use token
        </Button>
        <div className={styles.message} id={`${id}-message`} role="alert">
          {message !== '' && (
            <p>
              <b>{message}</b>{' '}
              {failure !== null && (
                <>
                  Reference <code>{failure.correlationId}</code>
                </>
              )}
            </p>
          )}
        </div>
      </form>
      <p className={styles.note} id={`${id}-note`}>
        The token is stored in this tab until the tab is closed.
      </p>
    </StateBox>
  );
}

/** Why the server rejects a token; `none` if it accepts it. */
async function checkToken(token: string): Promise<ApiError | 'none'> {
  try {
    await get('/api/vendors', { query: { limit: '1' } }, new AbortController().signal, token);
    return 'none';
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

function rejectionText(rejection: ApiError): string {
  if (rejection.code === 'UNAUTHENTICATED') return 'This token is unknown. Check that all of it was copied.';
  if (rejection.code === 'FORBIDDEN') return 'This token does not permit reading.';
  return errorMessage(rejection);
}
