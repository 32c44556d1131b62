import type { SystemHealth } from '../../api/types';
import { healthLabel } from '../../format/labels';
import { Icon } from '../../ui/Icon';
import styles from './HealthLine.module.css';

/** Whether the numbers can be trusted right now, in one line. */
export function HealthLine({ health }: { health: SystemHealth }) {
  return (
    <section className={styles.health} data-health={health.status} aria-label="System health">
      <Icon name={health.status === 'healthy' ? 'check' : 'warning'} />
      <p>
        <strong>{healthLabel[health.status]}</strong>
        {health.issues.length > 0 && `: ${health.issues.join('; ')}`}
      </p>
    </section>
  );
}
