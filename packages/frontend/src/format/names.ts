/** Text of any direction inside a sentence: letters from right to left, and marks such as U+202E, change nothing around it. */

const otherDirection =
  /[\p{Bidi_Control}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** A name for a sentence. */
export function isolated(name: string): string {
  return otherDirection.test(name) ? `\u2068${name}\u2069` : name;
}
