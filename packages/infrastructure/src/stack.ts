/** The stack: what is bound to what. Each part's file says what it is for. */
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { Api } from './api.ts';
import { Functions } from './functions.ts';
import { Ingest } from './ingest.ts';
import { OrderStore } from './order-store.ts';
import { Projection } from './projection.ts';
import { Schedule } from './schedule.ts';
import { Site } from './site.ts';
import type { Stage } from './stage.ts';
import { Tokens } from './tokens.ts';
import { Watch } from './watch.ts';

export class GoodyDashboardStack extends Stack {
  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id, { stackName: stage.stackName, description: 'Goody Dashboard: which vendor is failing, and why' });
    const store = new OrderStore(this, 'Store', stage);
    const { tables } = store;
    const made = new Functions(this, 'Functions', stage, store);
    const functions = made.all;
    const generator = functions['report-generator'];
    const simulator = functions['order-simulator'];

    const ingest = new Ingest(this, 'Ingest', { busName: stage.busName, ingest: functions['order-ingest'] });
    const projection = new Projection(this, 'Projection', { orders: tables.Orders, generator });
    new Schedule(this, 'Roll', { target: generator, expression: 'rate(1 minute)', isOn: stage.roll });
    new Schedule(this, 'Simulate', { target: simulator, expression: 'rate(5 minutes)', isOn: stage.simulator });
    const tokens = new Tokens(this, 'Tokens', stage);
    tokens.bind(functions['order-ingest']);
    if (stage.protectReads) tokens.protectReads(functions['api-handler']);
    const { api, accessLog } = new Api(this, 'Api', {
      stage,
      reads: functions['api-handler'],
      writes: functions['order-ingest'],
    });
    const site = stage.page ? new Site(this, 'Site', { stage, api }) : undefined;

    const deadLetters = { Projection: projection.deadLetters, Ingest: ingest.deadLetters };
    const alarms = new Alarms(this, 'Alarms', { stage, functions, api, deadLetters });
    const { dashboard } = new Watch(this, 'Watch', { functions, tables, api, deadLetters, alarms });

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
      ...made.names(),
      ProjectionDeadLettersUrl: projection.deadLetters.queueUrl,
      IngestDeadLettersUrl: ingest.deadLetters.queueUrl,
      AlarmTopicArn: alarms.topic.topicArn,
      CloudWatchDashboardName: dashboard.dashboardName,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
