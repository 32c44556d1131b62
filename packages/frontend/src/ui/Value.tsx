import { VisuallyHidden } from './VisuallyHidden';

/** A formatted number, or – with the reason why there is none. A missing number is never shown as 0. */
export function Value({ text, reason }: { text: string | null; reason: string }) {
  if (text !== null) return text;
  return (
    <span title={reason}>
      <span aria-hidden="true">–</span>
      <VisuallyHidden>{`none: ${reason}`}</VisuallyHidden>
    </span>
  );
}

/** `format(value)`, or null if there is no value. */
export function formatOrNull<T>(value: T | null, format: (value: T) => string): string | null {
  return value === null ? null : format(value);
}
