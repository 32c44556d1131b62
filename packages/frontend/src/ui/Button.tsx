import type { ReactNode } from 'react';
import styles from './Button.module.css';
import { Icon, type IconName } from './Icon';

/** Transparent, with a thick border: the block behind shows through. */
export function Button({
  icon,
  isBusy = false,
  type = 'button',
  title,
  onClick,
  children,
}: {
  icon?: IconName;
  isBusy?: boolean;
  type?: 'button' | 'submit';
  title?: string;
  onClick?: () => void;
  children: ReactNode;
}) {
  return (
    <button className={styles.button} type={type} title={title} aria-busy={isBusy} onClick={onClick}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** Makes a link look like a button. */
export const buttonClass = styles.button;
