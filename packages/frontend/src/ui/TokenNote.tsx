import { forgetToken } from '../api/token';
import { TextButton } from './TextButton';
import styles from './TokenNote.module.css';

/** States below a page that a token is in use, with a button that removes it. */
export default function TokenNote() {
  return (
    <footer className={styles.note}>
      <p>A token is stored in this tab until the tab is closed.</p>
      <TextButton onClick={forgetToken}>Forget token</TextButton>
    </footer>
  );
}
