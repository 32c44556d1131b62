/** Reads records of the orders' stream by their sequence numbers. The stream retains them for a day. */
import { DynamoDBStreamsClient, GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-dynamodb-streams';

/** The records that a message of a dead-letter queue refers to. */
export interface Batch {
  readonly streamArn: string;
  readonly shardId: string;
  readonly startSequenceNumber: string;
  readonly endSequenceNumber: string;
}

const streams = new DynamoDBStreamsClient();

/** Returns the records of a batch, in the format in which the event source mapping sends them to a function. */
export async function recordsOf(batch: Batch): Promise<unknown[]> {
  const { streamArn, shardId, startSequenceNumber, endSequenceNumber } = batch;
  const at = { StreamArn: streamArn, ShardId: shardId, SequenceNumber: startSequenceNumber };
  const first = new GetShardIteratorCommand({ ...at, ShardIteratorType: 'AT_SEQUENCE_NUMBER' });
  let { ShardIterator } = await streams.send(first);
  const found: unknown[] = [];
  while (ShardIterator) {
    const { Records = [], NextShardIterator } = await streams.send(new GetRecordsCommand({ ShardIterator }));
    for (const record of Records) {
      const { ApproximateCreationDateTime: at, SequenceNumber = '', ...images } = record.dynamodb ?? {};
      const seconds = (at?.getTime() ?? 0) / 1000;
      found.push({
        ...record,
        dynamodb: { ...images, SequenceNumber, ApproximateCreationDateTime: seconds },
      });
      if (SequenceNumber === endSequenceNumber) return found;
    }
    ShardIterator = NextShardIterator;
  }
  throw new Error(`the stream has no record ${endSequenceNumber}`);
}
