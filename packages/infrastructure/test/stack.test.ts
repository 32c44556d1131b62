/** Properties that every version of the stack has. */
import { describe, expect, test } from 'vitest';
import { named, type Resource, Resources } from './template.ts';

const dev = Resources.built();

/** The one resource of a type. */
function only(type: string, from = dev): Resource['Properties'] {
  const all = from.properties(type);
  expect(all, type).toHaveLength(1);
  return all[0] ?? {};
}

describe('tables', () => {
  const table = (name: string) => {
    const found = dev
      .ofType('AWS::DynamoDB::GlobalTable')
      .find(([id]) => named({ 'Fn::GetAtt': [id, 'Arn'] }) === name);
    return found?.[1].Properties ?? {};
  };
  const keys = (schema: { AttributeName: string }[]) => schema.map(({ AttributeName }) => AttributeName).join(', ');
  const indexes = (name: string): Record<string, string> =>
    Object.fromEntries(
      // biome-ignore lint/suspicious/noExplicitAny: CloudFormation has no types
      table(name).GlobalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }: any) => [
        IndexName,
        `${keys(KeySchema)}: ${Projection.NonKeyAttributes?.join(', ') ?? Projection.ProjectionType}`,
      ]),
    );

  test('orders have a stream with both images, a time to live, and an index per list', () => {
    expect(keys(table('Orders').KeySchema)).toBe('orderId');
    expect(table('Orders').StreamSpecification).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
    expect(table('Orders').TimeToLiveSpecification).toEqual({ AttributeName: 'ttl', Enabled: true });
    expect(indexes('Orders')).toEqual({
      vendorIndex: 'vendorId, createdAt: status, giftType, promise, late, open',
      listIndex: 'list, createdAt: vendorId, status, giftType, promise, late, open',
      statusIndex: 'status, updatedAt: vendorId',
      giftIndex: 'giftType, createdAt: KEYS_ONLY',
      issueIndex: 'issueOf, endedAt: ALL',
      idIndex: 'all, orderId: KEYS_ONLY',
    });
  });

  test('reports have a time to live, and one index with all data of a dashboard', () => {
    expect(keys(table('Reports').KeySchema)).toBe('vendorId, date');
    expect(table('Reports').TimeToLiveSpecification).toEqual({ AttributeName: 'ttl', Enabled: true });
    expect(indexes('Reports')).toEqual({ dateIndex: 'reportDate, vendorId: ALL' });
  });

  test('vendors have no time to live', () => {
    expect(keys(table('Vendors').KeySchema)).toBe('vendorId');
    expect(table('Vendors').TimeToLiveSpecification).toBeUndefined();
    expect(indexes('Vendors')).toEqual({ idIndex: 'all, vendorId: ALL' });
  });

  test('every function has the names of all tables', () => {
    for (const [name, { properties }] of Object.entries(dev.functions)) {
      const { Variables } = properties.Environment;
      const known = ['ORDERS', 'REPORTS', 'VENDORS'].map((table) => Variables[`GOODY_${table}_TABLE`].Ref);
      expect(
        known.map((id) => named({ 'Fn::GetAtt': [id, 'Arn'] })),
        name,
      ).toEqual(['Orders', 'Reports', 'Vendors']);
    }
    expect(Object.keys(dev.functions)).toHaveLength(5);
  });
});

describe('failed messages are stored and reported', () => {
  const queues = () => dev.ofType('AWS::SQS::Queue').map(([id]) => id);

  test('every stream mapping is bounded, and has a failure destination', () => {
    for (const mapping of dev.properties('AWS::Lambda::EventSourceMapping')) {
      expect(mapping).toMatchObject({
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: expect.toSatisfy((attempts) => attempts > 0 && attempts < 100),
        MaximumRecordAgeInSeconds: expect.toSatisfy((age) => age > 0 && age < 86_400),
        MaximumBatchingWindowInSeconds: 1,
      });
      expect(queues()).toContain(named(mapping.DestinationConfig.OnFailure.Destination));
      expect(mapping.FilterCriteria.Filters.length).toBeGreaterThan(0);
    }
    only('AWS::Lambda::EventSourceMapping');
  });

  test('every target of the bus has a dead-letter queue, and its function has a failure destination', () => {
    for (const { Targets } of dev.properties('AWS::Events::Rule')) {
      for (const target of Targets) expect(queues()).toContain(named(target.DeadLetterConfig.Arn));
    }
    const { id } = dev.functions['order-ingest'] ?? {};
    const invokeConfig = dev
      .properties('AWS::Lambda::EventInvokeConfig')
      .find(({ FunctionName }) => FunctionName.Ref === id);
    expect(queues()).toContain(named(invokeConfig?.DestinationConfig.OnFailure.Destination));
  });

  test('every queue is encrypted, retains messages for two weeks, and has an alarm on the first one', () => {
    const dimensions = dev.properties('AWS::CloudWatch::Alarm').flatMap(({ Dimensions }) => Dimensions ?? []);
    for (const [id, { Properties }] of dev.ofType('AWS::SQS::Queue')) {
      expect(Properties).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
      expect(dimensions).toContainEqual({ Name: 'QueueName', Value: { 'Fn::GetAtt': [id, 'QueueName'] } });
    }
  });

  test('every function that can fail or be throttled has an alarm for it', () => {
    const alarms = dev.properties('AWS::CloudWatch::Alarm');
    for (const [name, { id }] of Object.entries(dev.functions)) {
      for (const MetricName of ['Errors', 'Throttles']) {
        const dimensions = [{ Name: 'FunctionName', Value: { Ref: id } }];
        expect(alarms, name).toContainEqual(expect.objectContaining({ MetricName, Dimensions: dimensions }));
      }
    }
    const others = alarms.map(({ MetricName }) => MetricName).filter((name) => !['Errors', 'Throttles'].includes(name));
    expect(others.sort()).toEqual(
      [
        '5xx',
        'ApproximateNumberOfMessagesVisible',
        'ApproximateNumberOfMessagesVisible',
        'Invocations',
        'IteratorAge',
      ].sort(),
    );
  });

  test('alarms may publish to their topic, and only with TLS', () => {
    const { Statement } = only('AWS::SNS::TopicPolicy').PolicyDocument;
    expect(Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }),
    );
    expect(Statement).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
    const [topic] = dev.ofType('AWS::SNS::Topic')[0] ?? [];
    for (const { AlarmActions } of dev.properties('AWS::CloudWatch::Alarm')) {
      expect(AlarmActions).toEqual([{ Ref: topic }]);
    }
  });
});

describe('the API', () => {
  test('the API is throttled, and every request is logged', () => {
    const { DefaultRouteSettings, AccessLogSettings } = only('AWS::ApiGatewayV2::Stage');
    expect(DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 });
    expect(JSON.parse(AccessLogSettings.Format)).toMatchObject({ status: '$context.status', path: '$context.path' });
  });
});

test('every log group has a retention', () => {
  for (const log of dev.properties('AWS::Logs::LogGroup')) expect(log.RetentionInDays).toBe(14);
});

test('the stack has these resources and outputs', () => {
  const count = new Map<string, number>();
  for (const { Type } of Object.values(dev.all)) count.set(Type, (count.get(Type) ?? 0) + 1);
  const lines = [...count].map(([type, number]) => `${type} ${number}`).sort();
  expect([...lines, '', ...Object.keys(dev.outputs).sort()].join('\n')).toMatchSnapshot();
});
