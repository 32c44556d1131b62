import { forgetToken } from '../api/token';
import { TextButton } from './TextButton';
import styles from './TokenNote.module.css';

/** Under a page that is read with a token: that it is, and the way out. */
export default function TokenNote() {
  return (
    <footer className={styles.note}>
      <p>A token is kept in this tab until it is closed.</p>
      <TextButton onClick={forgetToken}>Forget token</TextButton>
    </footer>
  );
}
