import { VisuallyHidden } from './VisuallyHidden';

/** A number in words, or – and why there is none. A missing number is never shown as 0. */
export function Value({ text, because }: { text: string | null; because: string }) {
  if (text !== null) return text;
  return (
    <span title={because}>
      <span aria-hidden="true">–</span>
      <VisuallyHidden>{`none: ${because}`}</VisuallyHidden>
    </span>
  );
}

/** `format(value)`, or null where there is no value. */
export function some<T>(value: T | null, format: (value: T) => string): string | null {
  return value === null ? null : format(value);
}
