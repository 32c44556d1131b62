import type { components } from '@goody/api';
import { useEffect, useId, useState } from 'react';
import { get } from '../../api/client';
import { optional } from '../../api/optional';
import { Command } from '../../ui/Command';
import { DemoOrders } from './DemoOrders';
import styles from './EmptyDatabase.module.css';
import { copyCommand, eventCommand } from './eventCommands';
import { fileSources, importCommands, replacements } from './importCommands';

type Health = components['schemas']['HealthView'];

/** The database has no events: the ways to bring some in. */
export function EmptyDatabase() {
  const health = useHealth();
  if (health === undefined) return null;
  // A server that needs no token ignores one.
  const needsToken = health?.intake.needsToken ?? true;
  const now = health === null ? Date.now() : Date.parse(health.timestamp);
  return (
    <div className={styles.ways}>
      {health?.intake.offersDemo && <DemoOrders />}
      <FileImport needsToken={needsToken} />
      <FirstEvent needsToken={needsToken} now={now} />
    </div>
  );
}

/** The health of the server: undefined until it is known, null if it cannot be read. */
function useHealth(): Health | null | undefined {
  const [health, setHealth] = useState<Health | null>();
  useEffect(() => {
    const controller = new AbortController();
    const read = async () => {
      const answer = await optional(get('/health', {}, controller.signal));
      setHealth(answer !== null && 'intake' in answer ? answer : null);
    };
    read().catch((error: unknown) => {
      if (!controller.signal.aborted) throw error;
    });
    return () => controller.abort();
  }, []);
  return health;
}

function FileImport({ needsToken }: { needsToken: boolean }) {
  const id = useId();
  const [name, setName] = useState(fileSources[0]?.name);
  const source = fileSources.find((known) => known.name === name);
  return (
    <section className={styles.way} aria-labelledby="file">
      <div className={styles.intro}>
        <p className={styles.label}>A file</p>
        <h2 id="file">Import the orders of your shop</h2>
      </div>
      <div className={styles.field}>
        <label htmlFor={id}>The file is from</label>
        <select id={id} value={name} aria-describedby={`${id}-hint`} onChange={(event) => setName(event.target.value)}>
          {fileSources.map((known) => (
            <option key={known.name}>{known.name}</option>
          ))}
        </select>
        <p id={`${id}-hint`}>{source?.hint}.</p>
      </div>
      {source !== undefined && (
        <>
          {importCommands(source).map(({ title, command }) => (
            <Command key={title} title={title}>
              {command}
            </Command>
          ))}
          <p>
            {replacements(source)} Run the commands where this server runs, with the same <code>--database</code> if it
            has one. <code>docs/IMPORT.md</code> has the steps for each shop. Then press Refresh.
          </p>
          {needsToken && (
            <Command title="Instead, for a server on AWS: import anywhere, then send the events">
              {copyCommand(location.origin)}
            </Command>
          )}
        </>
      )}
    </section>
  );
}

function FirstEvent({ needsToken, now }: { needsToken: boolean; now: number }) {
  return (
    <section className={styles.way} aria-labelledby="events">
      <div className={styles.intro}>
        <p className={styles.label}>HTTP</p>
        <h2 id="events">Send events as they happen</h2>
      </div>
      <Command title="Send the placement of one order">{eventCommand(location.origin, needsToken, now)}</Command>
      <p>
        {needsToken && (
          <>
            Replace TOKEN by a token of the scope ingest:{' '}
            <code>
              goody token new NAME <span>--scope ingest</span>
            </code>{' '}
            makes one.{' '}
          </>
        )}
        The answer says <code>accepted</code>; then press Refresh. The <a href="/api/docs">API documentation</a>{' '}
        describes every field.
      </p>
    </section>
  );
}
