import { type ReactNode, useEffect, useRef } from 'react';
import styles from './Dialog.module.css';

/** A modal dialog. Escape and a click next to it close it, too. Its class sets `--width`, the padding and the place. */
export function Dialog({
  label,
  labelledBy,
  className,
  onClose,
  children,
}: {
  label?: string;
  /** The id of the element that names it, in place of a label. */
  labelledBy?: string;
  className: string | undefined;
  onClose: () => void;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      className={`${styles.dialog} ${className}`}
      aria-label={label}
      aria-labelledby={labelledBy}
      onClose={onClose}
      closedby="any"
    >
      {children}
    </dialog>
  );
}
