/** Alarms: what a person has to know of. Each says in its description what to do about it. */
import { Duration, Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import type { FunctionName } from './permissions.ts';
import type { RustFunction } from './rust-function.ts';

const FIVE_MINUTES = Duration.minutes(5);

export interface AlarmsProps {
  readonly config: Config;
  readonly functions: Readonly<Record<FunctionName, RustFunction>>;
  readonly api: HttpApi;
  readonly deadLetters: Readonly<Record<string, Queue>>;
}

export class Alarms extends Construct {
  readonly topic: Topic;
  readonly all: Alarm[] = [];

  constructor(scope: Construct, id: string, { config, functions, api, deadLetters }: AlarmsProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { enforceSSL: true });
    // A policy of its own takes the place of the usual one, by which alarms may publish.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (config.alarmEmail) this.topic.addSubscription(new EmailSubscription(config.alarmEmail));

    for (const [name, queue] of Object.entries(deadLetters)) {
      const waiting = queue.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES, statistic: 'Maximum' });
      this.#add(`${name}DeadLetters`, waiting, 1, 'Something was given up. Read the log, mend the cause, then replay');
    }
    for (const [name, one] of Object.entries(functions)) {
      this.#add(`${name}Errors`, one.metricErrors({ period: FIVE_MINUTES }), 1, `${name} fails. Read its log`);
      this.#add(
        `${name}Throttles`,
        one.metricThrottles({ period: FIVE_MINUTES }),
        1,
        `${name} wants to run more often at once than the account allows. Raise its concurrency`,
      );
    }
    const generator = functions['report-generator'];
    this.#add(
      'IteratorAge',
      generator.metric('IteratorAge', { period: FIVE_MINUTES, statistic: 'Maximum' }),
      FIVE_MINUTES.toMilliseconds(),
      'Reports are minutes behind the orders. Read the log of report-generator; see what to turn in docs/OPERATIONS.md',
    );
    // Whatever calls report-generator has it bring the reports up to the clock. That it fails is an alarm of its own.
    if (config.roll) this.#silence('ReportAge', generator);
    this.#add(
      'ServerErrors',
      api.metricServerError({ period: FIVE_MINUTES, statistic: 'Sum' }),
      1,
      'The API answers 5xx',
    );
  }

  /** When a figure is that high, and not where there is none. */
  #add(id: string, metric: IMetric, threshold: number, alarmDescription: string): void {
    this.#tell(
      new Alarm(this, id, {
        metric,
        threshold,
        alarmDescription,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }),
    );
  }

  /** When nothing has called a function. */
  #silence(id: string, silent: RustFunction): void {
    this.#tell(
      new Alarm(this, id, {
        metric: silent.metricInvocations({ period: FIVE_MINUTES }),
        threshold: 1,
        alarmDescription: 'Nothing has made reports anew for five minutes. See whether the schedule is on',
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.BREACHING,
      }),
    );
  }

  #tell(alarm: Alarm): void {
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
    this.all.push(alarm);
  }
}
