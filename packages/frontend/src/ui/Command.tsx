import { useId, useRef } from 'react';
import styles from './Command.module.css';
import { copyText } from './copyText';
import { Icon, SvgIcon } from './Icon';
import { useBriefly } from './useBriefly';
import { VisuallyHidden } from './VisuallyHidden';

/** A command for a shell, with a button that copies it. */
export function Command({ title, children }: { title: string; children: string }) {
  const id = useId();
  const code = useRef<HTMLElement>(null);
  const [result, setResult] = useBriefly<'copied' | 'selected'>();

  async function copy() {
    if (code.current !== null) setResult((await copyText(code.current)) ? 'copied' : 'selected');
  }

  return (
    <div className={styles.command}>
      <p className={styles.title} id={id}>
        {title}
      </p>
      <div className={styles.box} data-long={children.includes('\n')}>
        <pre className={styles.text}>
          <code ref={code}>{children}</code>
        </pre>
        <button className={styles.copy} type="button" aria-describedby={id} onClick={copy}>
          {result === 'copied' ? <Icon name="check" /> : <SvgIcon path="M7.5 7.5h9v9h-9zM4 12.5h-.5v-9h9V4" />}
          {result === 'copied' ? 'Copied' : 'Copy'}
        </button>
      </div>
      <VisuallyHidden>
        <span role="status">
          {result === 'copied' && 'Copied'}
          {result === 'selected' && 'The command is selected'}
        </span>
      </VisuallyHidden>
    </div>
  );
}
