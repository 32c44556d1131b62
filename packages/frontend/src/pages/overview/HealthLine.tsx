import type { ReactNode } from 'react';
import type { SystemHealth } from '../../api/types';
import { healthLabel } from '../../format/labels';
import { capitalized } from '../../format/sentences';
import { Icon } from '../../ui/Icon';
import { Timestamp } from '../../ui/Timestamp';
import styles from './HealthLine.module.css';

/** The health of the system in one line: whether it works, and what is missing among the events. */
export function HealthLine({ health: { status, issues } }: { health: SystemHealth }) {
  // Orders without a placement leave the status healthy, and still the numbers miss them.
  const shown = status === 'healthy' && issues.length > 0 ? 'degraded' : status;
  return (
    <section className={styles.health} data-health={shown} aria-label="System health">
      <Icon name={shown === 'healthy' ? 'check' : 'warning'} />
      <p>
        <strong>{healthLabel[shown]}</strong>
        {issues.length > 0 && '.'}
        {issues.map((issue) => (
          <span key={issue}> {sentence(issue)}.</span>
        ))}
      </p>
    </section>
  );
}

const INSTANT = /(\d{4}-\d\d-\d\dT[\d:.]+Z)/;

/** The issue as a sentence, with its instants in the time zone of the browser. What is missing among the events needs no subject. */
function sentence(issue: string): ReactNode[] {
  return capitalized(issue.replace(/^events: /, ''))
    .split(INSTANT)
    .map((part) => (INSTANT.test(part) ? <Timestamp key={part} instant={part} /> : part));
}
