/**
 * Replays the messages of the dead-letter queues to their functions. A message that succeeds leaves its queue; a message that fails
 * stays in it, and its error is printed. A message that is replayed twice changes nothing.
 */
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { invoke, output } from './deployed.ts';
import { type Batch, recordsOf } from './stream.ts';

/** A message of a queue, as Lambda and EventBridge write it. */
interface DeadLetter {
  /** The records that report-generator failed to process. */
  readonly DDBStreamBatchInfo?: Batch;
  /** The event for which order-ingest threw. If EventBridge failed to deliver an event, the message is the event itself. */
  readonly requestPayload?: unknown;
}

const queues = new SQSClient();
let [replayed, failed] = [0, 0];
for (const [name, send] of [
  ['Projection', toGenerator],
  ['Ingest', toIngest],
] as const) {
  const QueueUrl = output(`${name}DeadLettersUrl`);
  for (;;) {
    // Each message is received once: a failed message stays invisible for longer than this command runs.
    const receive = new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 300,
      WaitTimeSeconds: 1,
    });
    const { Messages = [] } = await queues.send(receive);
    if (Messages.length === 0) break;
    for (const { Body = '{}', MessageId, ReceiptHandle } of Messages) {
      try {
        await send(JSON.parse(Body));
        await queues.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        replayed += 1;
      } catch (error) {
        failed += 1;
        console.log(`${name} ${MessageId} stays: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
}
console.log(`replay: ${replayed} replayed, ${failed} still failing`);
process.exitCode = failed > 0 ? 1 : 0;

async function toGenerator({ DDBStreamBatchInfo: batch }: DeadLetter): Promise<void> {
  if (batch === undefined) throw new Error('the message names no records');
  const answer = await invoke(output('ReportGeneratorFunction'), { Records: await recordsOf(batch) });
  const { batchItemFailures } = answer as { batchItemFailures: { itemIdentifier: string }[] };
  if (batchItemFailures.length > 0) {
    throw new Error(`still failing: ${batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).join(', ')}`);
  }
}

async function toIngest(letter: DeadLetter): Promise<void> {
  await invoke(output('OrderIngestFunction'), letter.requestPayload ?? letter);
}
