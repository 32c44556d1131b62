/** The stream of the Orders table → report-generator, which updates the counters. */
import { Duration, Validations } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { DeadLetters } from './dead-letters.ts';
import type { RustFunction } from './rust-function.ts';

export interface ProjectionProps {
  readonly orders: TableV2;
  readonly generator: RustFunction;
}

export class Projection extends Construct {
  /** References to the records that report-generator failed to process. */
  readonly deadLetters: DeadLetters;

  constructor(scope: Construct, id: string, { orders, generator }: ProjectionProps) {
    super(scope, id);
    const stream = orders.tableStreamArn;
    if (stream === undefined) throw new Error('the Orders table has no stream');
    this.deadLetters = new DeadLetters(this, 'DeadLetters');

    generator.addToRolePolicy(
      new PolicyStatement({
        actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
        resources: [stream],
      }),
    );
    generator.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:ListStreams'], resources: ['*'] }));
    if (generator.role) {
      Validations.of(generator.role).acknowledge({
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'dynamodb:ListStreams, which an event source mapping needs, cannot be granted for one stream',
      });
    }
    generator.addToRolePolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.deadLetters.queueArn] }),
    );

    new EventSourceMapping(this, 'Mapping', {
      target: generator,
      eventSourceArn: stream,
      startingPosition: StartingPosition.TRIM_HORIZON,
      filters: [
        // Events of an order without a placement change no counter: they count when the placement arrives.
        FilterCriteria.filter({
          eventName: FilterRule.or('INSERT', 'MODIFY'),
          dynamodb: { NewImage: { vendorId: { S: FilterRule.exists() } } },
        }),
        // An expired order: its numbers become final.
        FilterCriteria.filter({ eventName: FilterRule.isEqual('REMOVE') }),
      ],
      // Orders of one vendor, day and hour share rows, so an event in a full batch costs half as much as an event alone.
      batchSize: 200,
      maxBatchingWindow: Duration.seconds(1),
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: 10,
      // The stream retains records for a day.
      maxRecordAge: Duration.hours(12),
      onFailure: { bind: () => ({ destination: this.deadLetters.queueArn }) },
    });
  }
}
