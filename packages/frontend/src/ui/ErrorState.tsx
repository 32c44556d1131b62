import { type ErrorComponentProps, Link, useLocation, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ApiError, type FailureCode } from '../api/client';
import { lazyModule } from '../api/lazyModule';
import { forgetToken, useToken } from '../api/token';
import { Button, buttonClass } from './Button';
import styles from './ErrorState.module.css';
import { errorMessage } from './errorMessage';
import { StateBox } from './StateBox';
import { useLazyModule } from './useLazyModule';

// Lazy: most servers require no token.
const loadTokenForm = lazyModule(() => import('./TokenForm'));

/** How often a page without data asks for the server, in milliseconds. */
const RELOAD_MS = 5_000;

type NextStep = 'token' | 'other-token' | 'retry' | 'start-of-list' | 'start-over' | 'today' | 'up';

/** The next step after a failure that does not pass. Another attempt may succeed after any other. */
const nextStep: Partial<Record<FailureCode, NextStep>> = {
  INVALID_PARAMETER: 'start-over',
  INVALID_BODY: 'start-over',
  INVALID_CURSOR: 'start-of-list',
  UNAUTHENTICATED: 'token',
  FORBIDDEN: 'other-token',
  NOT_FOUND: 'up',
  DATE_EXPIRED: 'today',
};

/** A page that failed to load: the cause, the next step, and the reference for a question to the operator. */
export function ErrorState({ error }: Pick<ErrorComponentProps, 'error'>) {
  if (!(error instanceof ApiError)) return <PageError error={error} />;
  const step = nextStep[error.code] ?? 'retry';
  if (step === 'token') return <LazyTokenForm error={error} />;
  // The message often contains the reason.
  const fields = error.fields.filter(({ reason }) => !error.message.includes(reason));
  return (
    <StateBox tone="bad" label="Could not load this page" title={error.title} level={1}>
      <title>{`${error.title} · Goody`}</title>
      <p>{errorMessage(error)}</p>
      {error.code === 'UNREACHABLE' && <Reload />}
      {fields.length > 0 && (
        <ul>
          {fields.map(({ field, reason }) => (
            <li key={`${field} ${reason}`}>
              <code>{field}</code> {reason}
            </li>
          ))}
        </ul>
      )}
      <NextStepControl step={step} />
      <p className={styles.reference}>
        Reference <code>{error.correlationId}</code>
      </p>
    </StateBox>
  );
}

function LazyTokenForm({ error }: { error: ApiError }) {
  const { module: form, error: loadError } = useLazyModule(loadTokenForm);
  if (form !== null) return <form.default error={error} />;
  return loadError instanceof Error && <ErrorState error={loadError} />;
}

/** Loads the page as soon as the server responds again. */
function Reload() {
  const router = useRouter();
  useEffect(() => {
    const controller = new AbortController();
    const timer = setInterval(async () => {
      try {
        const response = await fetch('/', { method: 'HEAD', cache: 'no-store', signal: controller.signal });
        if (response.ok) void router.invalidate();
      } catch {
        // It does not respond yet.
      }
    }, RELOAD_MS);
    return () => {
      controller.abort();
      clearInterval(timer);
    };
  }, [router]);
  return <p>The page appears by itself when the server responds again.</p>;
}

function NextStepControl({ step }: { step: Exclude<NextStep, 'token'> }) {
  const router = useRouter();
  const hasToken = useToken() !== null;
  const isOrder = useLocation({ select: ({ pathname }) => pathname.startsWith('/orders') });
  switch (hasToken || step !== 'other-token' ? step : 'retry') {
    case 'other-token':
      return <Button onClick={forgetToken}>Use another token</Button>;
    case 'retry':
      return (
        <Button icon="refresh" onClick={() => void router.invalidate()}>
          Try again
        </Button>
      );
    case 'start-of-list':
      return (
        <Link className={buttonClass} to="." search={(search) => ({ ...search, cursor: undefined, page: undefined })}>
          Go to the first page
        </Link>
      );
    case 'today':
      return (
        <Link className={buttonClass} to="." search={(search) => ({ ...search, date: undefined })}>
          Show today
        </Link>
      );
    case 'start-over':
      return (
        <Link className={buttonClass} to="." search={{}}>
          Show this page without filters
        </Link>
      );
    case 'up':
      return isOrder ? (
        <Link className={buttonClass} to="/orders">
          See all orders
        </Link>
      ) : (
        <Link className={buttonClass} to="/" search={({ date }) => ({ date })}>
          See all vendors
        </Link>
      );
  }
}

/** A bug of the page, or a missing module. */
function PageError({ error }: { error: unknown }) {
  return (
    <StateBox
      tone="bad"
      label="Could not show this page"
      title="This page has an error, or a part of it is missing"
      level={1}
    >
      <p>The server responds, and may have been updated. Reloading the page may help.</p>
      <Button icon="refresh" onClick={() => window.location.reload()}>
        Reload the page
      </Button>
      <p className={styles.reference}>
        Error: <code>{String(error)}</code>
      </p>
    </StateBox>
  );
}
