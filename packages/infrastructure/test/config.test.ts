/** The configuration: the defaults of a stage, the overrides of the context, and invalid values. */
import { readFileSync } from 'node:fs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { type Context, synthesize } from './template.ts';

const config = (context: Context) => readConfig((name) => context[name]);

const DOMAIN = {
  domainName: 'goody.example',
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/1',
};
const MAPPING = 'packages/backend/crates/formats/tests/webhooks/fixtures/generic.toml';
const WEB_ACL = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/goody/1';

describe('production', () => {
  let prod: ReturnType<typeof synthesize>['resources'];
  let stackName: string;
  beforeAll(() => {
    const synthesized = synthesize({
      stage: 'prod',
      alarmEmail: 'ops@example.com',
      webAclArn: WEB_ACL,
      orderDays: '90',
      bucketDays: '400',
      webhookMappings: `generic=${MAPPING}`,
      webhookTimeZone: 'America/New_York',
      ...DOMAIN,
    });
    prod = synthesized.resources;
    stackName = synthesized.stack.stackName;
  }, 60_000);

  test('tables have deletion protection, outlive the stack, and have point-in-time recovery', () => {
    const tables = prod.ofType('AWS::DynamoDB::GlobalTable');
    expect(tables).toHaveLength(3);
    for (const [, { Properties, DeletionPolicy }] of tables) {
      expect(DeletionPolicy).toBe('Retain');
      for (const replica of Properties.Replicas) {
        expect(replica.DeletionProtectionEnabled).toBe(true);
        expect(replica.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
      }
    }
  });

  test('the schedule of the simulator is off, and the refresh of reports is on', () => {
    const states = prod
      .ofType('AWS::Scheduler::Schedule')
      .map(([id, { Properties }]) => [id.slice(0, 4), Properties.State]);
    expect(Object.fromEntries(states)).toEqual({ Roll: 'ENABLED', Simu: 'DISABLED' });
  });

  test('alarms go to the e-mail address', () => {
    expect(prod.properties('AWS::SNS::Subscription')).toMatchObject([
      { Protocol: 'email', Endpoint: 'ops@example.com' },
    ]);
  });

  test('the page has its own domain, a minimum of TLS 1.2, and the web ACL', () => {
    const { DistributionConfig } = prod.properties('AWS::CloudFront::Distribution')[0] ?? {};
    expect(DistributionConfig).toMatchObject({ Aliases: ['goody.example'], WebACLId: WEB_ACL });
    expect(DistributionConfig.ViewerCertificate).toMatchObject({ MinimumProtocolVersion: 'TLSv1.2_2021' });
    expect(prod.outputs.PageUrl?.Value).toBe('https://goody.example');
  });

  test('functions receive the retention of orders and counters', () => {
    for (const { properties } of Object.values(prod.functions)) {
      expect(properties.Environment.Variables).toMatchObject({ GOODY_ORDER_DAYS: '90', GOODY_BUCKET_DAYS: '400' });
    }
  });

  test('order-ingest, and no other function, receives the mappings of webhooks and the zone of their times', () => {
    for (const [name, { properties }] of Object.entries(prod.functions)) {
      const { GOODY_WEBHOOK_MAPPING_GENERIC: mapping, GOODY_WEBHOOK_TIME_ZONE: zone } =
        properties.Environment.Variables;
      const expected = [readFileSync(`../../${MAPPING}`, 'utf8'), 'America/New_York'];
      expect([mapping, zone]).toEqual(name === 'order-ingest' ? expected : [undefined, undefined]);
    }
  });

  test('it can share an account with development', () => {
    expect(stackName).not.toBe(config({ stage: 'dev' }).stackName);
    expect(prod.properties('AWS::Events::EventBus')[0]?.Name).not.toBe(config({ stage: 'dev' }).busName);
  });
});

test('in development all data is deleted with the stack', () => {
  expect(config({})).toMatchObject({ dataIsKept: false, simulator: true, logRetention: RetentionDays.TWO_WEEKS });
});

test('the context overrides the defaults of the stage', () => {
  expect(config({ stage: 'prod', simulator: 'true', roll: 'false', timeZone: 'America/Sao_Paulo' })).toMatchObject({
    simulator: true,
    roll: false,
    timeZone: 'America/Sao_Paulo',
  });
  expect(config(DOMAIN).domain).toEqual({ name: 'goody.example', certificateArn: DOMAIN.certificateArn });
});

test.each<[Context, string]>([
  [{ stage: 'production' }, 'stage=production is not one of dev, prod'],
  [{ simulator: 'off' }, 'simulator=off is not one of true, false'],
  [{ architecture: 'mips' }, 'architecture=mips is not one of x86_64, arm64'],
  [{ timeZone: 'Europe/Atlantis' }, 'timeZone=Europe/Atlantis is not a time zone'],
  [{ bucketDays: '59' }, 'bucketDays=59 is not a number of days of at least 60'],
  [{ orderDays: 'some' }, 'orderDays=some is not a number of days of at least 1'],
  [{ webhookTimeZone: 'EST5' }, 'webhookTimeZone=EST5 is not a time zone'],
  [{ webhookMappings: `ups=${MAPPING}` }, `webhookMappings=ups=${MAPPING} is not SOURCE=FILE with one of shopify,`],
  [{ webhookMappings: 'generic=none.toml' }, 'webhookMappings=generic=none.toml cannot be read'],
  [
    { webhookMappings: `generic=${MAPPING},shopify=packages/backend/crates/formats/mappings/woocommerce.toml` },
    'bytes, and a function takes 3000',
  ],
  [{ domainName: 'goody.example' }, 'domainName and certificateArn go together'],
])('%o is rejected with a message', (context, message) => {
  expect(() => config(context)).toThrow(message);
});

test('a program for another processor is rejected at synthesis', () => {
  expect(() => synthesize({ architecture: 'arm64', page: 'false' })).toThrow(
    /is compiled for x86_64, but the configuration asks for arm64/,
  );
});
