/**
 * Has report-generator compute every counter anew from the orders, a few vendors at a time, and put right what differs. Says how
 * many differed, and fails if any did.
 */
import { invoke, output } from './deployed.ts';

interface Part {
  readonly buckets: number;
  readonly different: number;
  /** The vendor after which the next part begins; null after the last. */
  readonly next: string | null;
}

let [buckets, different] = [0, 0];
let after: string | null = null;
do {
  const part = (await invoke(output('ReportGeneratorFunction'), { rebuild: after ? { after } : {} })) as Part;
  buckets += part.buckets;
  different += part.different;
  after = part.next;
} while (after);
console.log(
  `rebuild: ${different} of ${buckets} buckets were not as they should be${different > 0 ? '; they are now' : ''}`,
);
process.exitCode = different > 0 ? 1 : 0;
