/**
 * Invokes report-generator to rebuild every counter from the orders, a few vendors at a time, and prints how many were wrong. The
 * rebuild corrects them; the command fails if there were any.
 */
import { invoke, output } from './deployed.ts';

interface Part {
  buckets: number;
  different: number;
  next: string | null;
}

const total = { buckets: 0, different: 0 };
let rebuild: { after?: string } | undefined = {};
while (rebuild) {
  const { buckets, different, next } = (await invoke(output('ReportGeneratorFunction'), { rebuild })) as Part;
  total.buckets += buckets;
  total.different += different;
  if (next) console.log(`rebuild: ${total.buckets} counters up to vendor ${next}, ${total.different} were different`);
  rebuild = next ? { after: next } : undefined;
}
console.log(`rebuild: ${total.buckets} counters, ${total.different} were different`);
if (total.different > 0) process.exitCode = 1;
