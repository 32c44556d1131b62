/** The stack: creates the constructs and connects them. Each construct has its own file. */
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { Api } from './api.ts';
import type { Config } from './config.ts';
import { OperationsDashboard } from './dashboard.ts';
import { Functions } from './functions.ts';
import { Ingest } from './ingest.ts';
import { OrderStore } from './order-store.ts';
import { Projection } from './projection.ts';
import { Schedule } from './schedule.ts';
import { Site } from './site.ts';
import { Tokens } from './tokens.ts';

export class GoodyDashboardStack extends Stack {
  constructor(scope: Construct, id: string, config: Config) {
    super(scope, id, { stackName: config.stackName, description: 'Goody Dashboard: which vendor is failing, and why' });
    const store = new OrderStore(this, 'Store', config);
    const { tables } = store;
    const created = new Functions(this, 'Functions', config, store);
    const functions = created.all;
    const generator = functions['report-generator'];
    const simulator = functions['order-simulator'];

    const ingest = new Ingest(this, 'Ingest', { busName: config.busName, ingest: functions['order-ingest'] });
    const projection = new Projection(this, 'Projection', { orders: tables.Orders, generator });
    new Schedule(this, 'Roll', { target: generator, expression: 'rate(1 minute)', isOn: config.roll });
    new Schedule(this, 'Simulate', { target: simulator, expression: 'rate(5 minutes)', isOn: config.simulator });
    const tokens = new Tokens(this, 'Tokens', config);
    tokens.bind(functions['order-ingest']);
    if (config.protectReads) tokens.protectReads(functions['api-handler']);
    const { api, accessLog } = new Api(this, 'Api', {
      config,
      reads: functions['api-handler'],
      writes: functions['order-ingest'],
    });
    const site = config.page ? new Site(this, 'Site', { config, api }) : undefined;

    const deadLetters = { Projection: projection.deadLetters, Ingest: ingest.deadLetters };
    const alarms = new Alarms(this, 'Alarms', { config, functions, api, deadLetters });
    const { dashboard } = new OperationsDashboard(this, 'Watch', { functions, tables, api, deadLetters, alarms });

    const outputs = {
      ...(site && {
        PageUrl: site.url,
        DistributionDomain: site.distribution.distributionDomainName,
        PageBucketName: site.bucket.bucketName,
      }),
      ApiUrl: api.apiEndpoint,
      ApiAccessLog: accessLog.logGroupName,
      OrdersTable: tables.Orders.tableName,
      ReportsTable: tables.Reports.tableName,
      VendorsTable: tables.Vendors.tableName,
      BusName: ingest.bus.eventBusName,
      TokensSecretArn: tokens.secretArn,
      ...created.names(),
      ProjectionDeadLettersUrl: projection.deadLetters.queueUrl,
      IngestDeadLettersUrl: ingest.deadLetters.queueUrl,
      AlarmTopicArn: alarms.topic.topicArn,
      CloudWatchDashboardName: dashboard.dashboardName,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
