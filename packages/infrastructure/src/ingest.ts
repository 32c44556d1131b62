/** The bus `GoodyOrderEvents` → order-ingest: how vendors' systems and carriers in AWS tell what happened to an order. */
import { Duration } from 'aws-cdk-lib';
import { EventBus, Match, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { DeadLetters } from './dead-letters.ts';
import type { RustFunction } from './rust-function.ts';

/** How long an event is tried. */
const PATIENCE = Duration.hours(6);

export interface IngestProps {
  readonly busName: string;
  readonly ingest: RustFunction;
}

export class Ingest extends Construct {
  readonly bus: EventBus;
  /** What could not be delivered to the function, and what the function could not take. */
  readonly deadLetters: DeadLetters;

  constructor(scope: Construct, id: string, { busName, ingest }: IngestProps) {
    super(scope, id);
    this.deadLetters = new DeadLetters(this, 'DeadLetters');
    this.bus = new EventBus(this, 'Bus', { eventBusName: busName });
    // Whatever is put on this bus is meant to be an order event. What is none is thrown, and ends in the queue.
    new Rule(this, 'Everything', {
      eventBus: this.bus,
      eventPattern: { source: Match.exists() },
      targets: [
        new LambdaFunction(ingest, { deadLetterQueue: this.deadLetters, retryAttempts: 20, maxEventAge: PATIENCE }),
      ],
    });
    // EventBridge has done its part once Lambda has the event. What the function throws is Lambda's to try again.
    ingest.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: PATIENCE,
      onFailure: { bind: () => ({ destination: this.deadLetters.queueArn }) },
    });
    ingest.addToRolePolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.deadLetters.queueArn] }),
    );
  }
}
