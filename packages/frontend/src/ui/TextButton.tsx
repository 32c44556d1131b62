import styles from './TextButton.module.css';

/** A button that looks like a link, for a rare action. */
export function TextButton({ onClick, children }: { onClick: () => void; children: string }) {
  return (
    <button className={styles.text} type="button" onClick={onClick}>
      {children}
    </button>
  );
}
