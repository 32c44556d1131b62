/**
 * Tells functions again what they gave up, as the dead-letter queues name it. What is taken this time leaves its queue; what is
 * not stays there for the next time, and its reason is shown. Telling something twice changes nothing.
 */
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { invoke, output } from './deployed.ts';
import { type Batch, recordsOf } from './stream.ts';

/** What Lambda and EventBridge leave in the queues. */
interface Letter {
  /** Which records report-generator could not take. */
  readonly DDBStreamBatchInfo?: Batch;
  /** An event of the bus that order-ingest threw; where EventBridge could not deliver one, the letter is the event itself. */
  readonly requestPayload?: unknown;
}

const queues = new SQSClient();
let [told, kept] = [0, 0];
for (const [name, tell] of [
  ['Projection', toGenerator],
  ['Ingest', toIngest],
] as const) {
  const QueueUrl = output(`${name}DeadLettersUrl`);
  for (;;) {
    // Each is seen once: what is kept is out of sight for as long as this may run.
    const ask = new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 300,
      WaitTimeSeconds: 1,
    });
    const { Messages = [] } = await queues.send(ask);
    if (Messages.length === 0) break;
    for (const { Body = '{}', MessageId, ReceiptHandle } of Messages) {
      try {
        await tell(JSON.parse(Body));
        await queues.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        told += 1;
      } catch (error) {
        kept += 1;
        console.log(`${name} ${MessageId} stays: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
}
console.log(`replay: ${told} told again and taken, ${kept} kept`);
process.exitCode = kept > 0 ? 1 : 0;

async function toGenerator({ DDBStreamBatchInfo: batch }: Letter): Promise<void> {
  if (batch === undefined) throw new Error('it names no records');
  const answer = await invoke(output('ReportGeneratorFunction'), { Records: await recordsOf(batch) });
  const { batchItemFailures } = answer as { batchItemFailures: { itemIdentifier: string }[] };
  if (batchItemFailures.length > 0) {
    throw new Error(`not taken again: ${batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).join(', ')}`);
  }
}

async function toIngest(letter: Letter): Promise<void> {
  await invoke(output('OrderIngestFunction'), letter.requestPayload ?? letter);
}
