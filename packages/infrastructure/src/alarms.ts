/** Alarms on failures that an operator must act on. Each description says what to do. */
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
    // `enforceSSL` creates a topic policy, which replaces the default one. So alarms need an explicit permission to publish.
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
      const messages = queue.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES, statistic: 'Maximum' });
      this.#add(
        `${name}DeadLetters`,
        messages,
        1,
        'A message failed after all attempts. Read the log, fix the cause, then run replay',
      );
    }
    for (const [name, one] of Object.entries(functions)) {
      this.#add(`${name}Errors`, one.metricErrors({ period: FIVE_MINUTES }), 1, `${name} fails. Read its log`);
      this.#add(
        `${name}Throttles`,
        one.metricThrottles({ period: FIVE_MINUTES }),
        1,
        `${name} reached the concurrency limit of the account. Raise the limit`,
      );
    }
    const generator = functions['report-generator'];
    this.#add(
      'IteratorAge',
      generator.metric('IteratorAge', { period: FIVE_MINUTES, statistic: 'Maximum' }),
      FIVE_MINUTES.toMilliseconds(),
      'Reports are minutes behind the orders. Read the log of report-generator; docs/OPERATIONS.md lists the settings',
    );
    // Every invocation of report-generator refreshes the reports. The alarm on errors covers failed invocations.
    if (config.roll) this.#addNoInvocations('ReportAge', generator);
    this.#add(
      'ServerErrors',
      api.metricServerError({ period: FIVE_MINUTES, statistic: 'Sum' }),
      1,
      'The API answers 5xx',
    );
  }

  /** Alarms when the metric reaches the threshold. Missing data is no alarm. */
  #add(id: string, metric: IMetric, threshold: number, alarmDescription: string): void {
    this.#notify(
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

  /** Alarms if the function has no invocations. */
  #addNoInvocations(id: string, target: RustFunction): void {
    this.#notify(
      new Alarm(this, id, {
        metric: target.metricInvocations({ period: FIVE_MINUTES }),
        threshold: 1,
        alarmDescription: 'No report was refreshed for five minutes. Check that the schedule is on',
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.BREACHING,
      }),
    );
  }

  #notify(alarm: Alarm): void {
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
    this.all.push(alarm);
  }
}
