import styles from './TextButton.module.css';

/** Looks like a link, for what is done seldom beside what is read. */
export function TextButton({ onClick, children }: { onClick: () => void; children: string }) {
  return (
    <button className={styles.text} type="button" onClick={onClick}>
      {children}
    </button>
  );
}
