import type { SystemHealth } from '../../api/types';
import { healthLabel } from '../../format/labels';
import { Icon } from '../../ui/Icon';
import styles from './HealthLine.module.css';

/** The health of the system in one line. */
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
