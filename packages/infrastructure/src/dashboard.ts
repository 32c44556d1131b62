/** The CloudWatch dashboard: the metrics of each step, in the order from event to report. */
import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { AlarmStatusWidget, Dashboard, GraphWidget, type IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Alarms } from './alarms.ts';
import type { FunctionName, TableName } from './permissions.ts';
import type { RustFunction } from './rust-function.ts';

export interface OperationsDashboardProps {
  readonly functions: Readonly<Record<FunctionName, RustFunction>>;
  readonly tables: Readonly<Record<TableName, TableV2>>;
  readonly api: HttpApi;
  readonly deadLetters: Readonly<Record<string, Queue>>;
  readonly alarms: Alarms;
}

export class OperationsDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, { functions, tables, api, deadLetters, alarms }: OperationsDashboardProps) {
    super(scope, id);
    const each = <T>(of: Readonly<Record<string, T>>, toMetric: (one: T, label: string) => IMetric) =>
      Object.entries(of).map(([label, one]) => toMetric(one, label));
    const generator = functions['report-generator'];
    this.dashboard = new Dashboard(this, 'Dashboard', { defaultInterval: Duration.hours(3) });
    this.dashboard.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms: alarms.all, width: 24 }));
    this.dashboard.addWidgets(
      graph('Requests to the API', [api.metricCount(), api.metricClientError(), api.metricServerError()]),
      graph('Latency of the API in milliseconds, p99', [api.metricLatency({ statistic: 'p99' })]),
      graph(
        'Invocations',
        each(functions, (one, label) => one.metricInvocations({ label })),
      ),
    );
    this.dashboard.addWidgets(
      graph('Iterator age of the stream in milliseconds', [generator.metric('IteratorAge', { statistic: 'Maximum' })]),
      graph('Seconds from an order to its buckets', [
        metric('goody_lag_seconds', 'p99'),
        metric('goody_lag_seconds', 'p50'),
      ]),
      graph('Changes projected, reports refreshed', [
        metric('goody_changes_projected_total', 'Sum'),
        metric('goody_reports_rolled_total', 'Sum'),
      ]),
    );
    this.dashboard.addWidgets(
      graph(
        'Errors',
        each(functions, (one, label) => one.metricErrors({ label })),
      ),
      graph(
        'Dead letters',
        each(deadLetters, (one, label) => one.metricApproximateNumberOfMessagesVisible({ label })),
      ),
      graph(
        'Write units',
        each(tables, (one, label) => one.metricConsumedWriteCapacityUnits({ label })),
      ),
    );
  }
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 8 });
}

/** A metric that report-generator publishes. */
function metric(metricName: string, statistic: string): Metric {
  return new Metric({ namespace: 'Goody', metricName, statistic, dimensionsMap: { function: 'report-generator' } });
}
