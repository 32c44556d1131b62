import { useRouter } from '@tanstack/react-router';
import { type FormEvent, useId, useRef, useState } from 'react';
import { ApiError, get } from '../api/client';
import { saveToken, useToken } from '../api/token';
import { Button } from './Button';
import { errorMessage } from './errorMessage';
import { StateBox } from './StateBox';
import styles from './TokenForm.module.css';

/** What can stand in the header that brings a token. */
const SENDABLE = /^[\x21-\x7e]+$/;

/** Where the server only answers to those who bring a token: asks for one, tries it, and shows the page when it is good. */
export default function TokenForm({ error }: { error: ApiError }) {
  const id = useId();
  const router = useRouter();
  const input = useRef<HTMLInputElement>(null);
  const hadToken = useToken() !== null;
  const [failure, setFailure] = useState<ApiError | null>(hadToken ? error : null);
  const [message, setMessage] = useState(hadToken ? 'The token that this tab kept is not accepted any more.' : '');
  const [isBusy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isBusy) return;
    const token = input.current?.value.trim() ?? '';
    setBusy(true);
    setMessage('');
    const rejection = SENDABLE.test(token) ? await checkToken(token) : null;
    setBusy(false);
    if (rejection !== 'none') {
      setFailure(rejection);
      setMessage(
        rejection === null ? 'A token is one word of plain letters, digits and signs.' : rejectionText(rejection),
      );
      input.current?.focus();
      input.current?.select();
      return;
    }
    saveToken(token);
    await router.invalidate({ sync: true });
    // The form is gone, and the keyboard with it.
    document.getElementById('main')?.focus({ preventScroll: true });
  }

  return (
    <StateBox tone="info" label="This server is not open to everybody" title="A token is needed" level={1}>
      <p className={styles.text}>
        A token is a secret word that lets its holder read these numbers. Whoever runs this server gives it out, and
        makes it with{' '}
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
          aria-describedby={`${id}-said ${id}-kept`}
        />
        <Button type="submit" isBusy={isBusy}>
          Use token
        </Button>
        <div className={styles.message} id={`${id}-said`} role="alert">
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
      <p className={styles.note} id={`${id}-kept`}>
        It stays in this tab, and is forgotten when the tab is closed.
      </p>
    </StateBox>
  );
}

/** Why a token cannot be used; `none` where it can. */
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
  if (rejection.code === 'UNAUTHENTICATED') return 'This token is not known here. See whether all of it was copied.';
  if (rejection.code === 'FORBIDDEN') return 'This token may do other things, but not read.';
  return errorMessage(rejection);
}
