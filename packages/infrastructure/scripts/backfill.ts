/** Invokes data-backfill, which fills the tables with demo orders of the past days, and prints its summary. A second run adds nothing. */
import { parseArgs } from 'node:util';
import { invoke, output } from './deployed.ts';

const { values } = parseArgs({
  options: {
    days: { type: 'string' },
    seed: { type: 'string' },
    until: { type: 'string' },
    scenario: { type: 'string', multiple: true },
  },
});
const { days, seed, until, scenario } = values;
const input = {
  ...(days && { days: Number(days) }),
  ...(seed && { seed: Number(seed) }),
  ...(until && { until }),
  ...(scenario && { scenario }),
};

const start = performance.now();
const summary = (await invoke(output('DataBackfillFunction'), input)) as { new: number; known: number };
const seconds = ((performance.now() - start) / 1000).toFixed(1);
console.log(`backfill: ${summary.new} new events, ${summary.known} known before, in ${seconds} s`);
