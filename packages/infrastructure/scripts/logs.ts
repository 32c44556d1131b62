/** Prints the logs of the functions of the last ten minutes, or of `--minutes 60`. `--with ERROR` prints only lines that contain a text. */
import { parseArgs } from 'node:util';
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { outputs } from './deployed.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' }, with: { type: 'string' } } });
const startTime = Date.now() - Number(values.minutes) * 60_000;
const words = values.with && { filterPattern: `"${values.with}"` };

const client = new CloudWatchLogsClient();
const lines: { at: number; line: string }[] = [];
for (const [name, logGroupName] of Object.entries(outputs()).filter(([output]) => output.endsWith('Log'))) {
  for await (const page of paginateFilterLogEvents({ client }, { logGroupName, startTime, ...words })) {
    for (const { timestamp = 0, message = '' } of page.events ?? []) {
      const at = new Date(timestamp).toISOString();
      lines.push({ at: timestamp, line: `${at} ${name.replace(/Log$/, '')} ${message.trimEnd()}` });
    }
  }
}
lines.sort((one, other) => one.at - other.at);
console.log(lines.map(({ line }) => line).join('\n') || `nothing was logged in the last ${values.minutes} minutes`);
