/** The event bus → order-ingest: vendors' systems and carriers in AWS send order events to the bus. */
import { Duration } from 'aws-cdk-lib';
import { EventBus, Match, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { DeadLetters } from './dead-letters.ts';
import type { RustFunction } from './rust-function.ts';

/** The maximum age of an event that is retried. */
const MAX_EVENT_AGE = Duration.hours(6);

export interface IngestProps {
  readonly busName: string;
  readonly ingest: RustFunction;
}

export class Ingest extends Construct {
  readonly bus: EventBus;
  /** Events that were not delivered to the function, and events that the function rejected. */
  readonly deadLetters: DeadLetters;

  constructor(scope: Construct, id: string, { busName, ingest }: IngestProps) {
    super(scope, id);
    this.deadLetters = new DeadLetters(this, 'DeadLetters');
    this.bus = new EventBus(this, 'Bus', { eventBusName: busName });
    // Every event on this bus must be an order event. The function throws for any other, and the event ends in the queue.
    new Rule(this, 'Everything', {
      eventBus: this.bus,
      eventPattern: { source: Match.exists() },
      targets: [
        new LambdaFunction(ingest, {
          deadLetterQueue: this.deadLetters,
          retryAttempts: 20,
          maxEventAge: MAX_EVENT_AGE,
        }),
      ],
    });
    // EventBridge invokes the function asynchronously, so Lambda retries when the function throws.
    ingest.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: MAX_EVENT_AGE,
      onFailure: { bind: () => ({ destination: this.deadLetters.queueArn }) },
    });
    ingest.addToRolePolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.deadLetters.queueArn] }),
    );
  }
}
