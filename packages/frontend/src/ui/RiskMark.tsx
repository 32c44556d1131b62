import type { Risk } from '../api/types';
import { riskLabel, riskPhrase } from '../format/labels';
import styles from './RiskMark.module.css';

/** The risk as a shape and a label. `isFull`: with the full phrase, on a block that already has the tone of the risk. */
export function RiskMark({ risk, isFull = false }: { risk: Risk; isFull?: boolean }) {
  return (
    <span className={styles.risk} data-risk={risk} data-full={isFull || undefined}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={shapes[risk]} />
      </svg>
      {isFull ? riskPhrase[risk] : riskLabel[risk]}
    </span>
  );
}

const circle = 'M8 3a5 5 0 1 0 .01 0Z';

const shapes: Record<Risk, string> = {
  high: 'M5 0h6l5 5v6l-5 5H5l-5-5V5Z',
  medium: 'M8 1.5 15.5 15H.5Z',
  low: circle,
  insufficient: circle,
};
