/** What a stage and the context change, and what they must not say. */
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { type Context, synthesize } from './template.ts';

const config = (context: Context) => readConfig((name) => context[name]);

const DOMAIN = {
  domainName: 'goody.example',
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/1',
};
const WEB_ACL = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/goody/1';

describe('production', () => {
  let prod: ReturnType<typeof synthesize>['resources'];
  let stackName: string;
  beforeAll(() => {
    const made = synthesize({
      stage: 'prod',
      alarmEmail: 'ops@example.com',
      webAclArn: WEB_ACL,
      orderDays: '90',
      bucketDays: '400',
      ...DOMAIN,
    });
    prod = made.resources;
    stackName = made.stack.stackName;
  }, 60_000);

  test('data cannot be deleted by accident, outlives the stack, and can be restored to any second', () => {
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

  test('the simulator rests, and time goes on', () => {
    const states = prod
      .ofType('AWS::Scheduler::Schedule')
      .map(([id, { Properties }]) => [id.slice(0, 4), Properties.State]);
    expect(Object.fromEntries(states)).toEqual({ Roll: 'ENABLED', Simu: 'DISABLED' });
  });

  test('somebody is told of alarms', () => {
    expect(prod.properties('AWS::SNS::Subscription')).toMatchObject([
      { Protocol: 'email', Endpoint: 'ops@example.com' },
    ]);
  });

  test('the page is at its own address, by a TLS of this decade, behind the web ACL', () => {
    const { DistributionConfig } = prod.properties('AWS::CloudFront::Distribution')[0] ?? {};
    expect(DistributionConfig).toMatchObject({ Aliases: ['goody.example'], WebACLId: WEB_ACL });
    expect(DistributionConfig.ViewerCertificate).toMatchObject({ MinimumProtocolVersion: 'TLSv1.2_2021' });
    expect(prod.outputs.PageUrl?.Value).toBe('https://goody.example');
  });

  test('functions are told how long things are kept', () => {
    for (const { properties } of Object.values(prod.functions)) {
      expect(properties.Environment.Variables).toMatchObject({ GOODY_ORDER_DAYS: '90', GOODY_BUCKET_DAYS: '400' });
    }
  });

  test('it stands beside development in one account', () => {
    expect(stackName).not.toBe(config({ stage: 'dev' }).stackName);
    expect(prod.properties('AWS::Events::EventBus')[0]?.Name).not.toBe(config({ stage: 'dev' }).busName);
  });
});

test('in development everything goes with the stack', () => {
  expect(config({})).toMatchObject({ dataIsKept: false, simulator: true, logRetention: RetentionDays.TWO_WEEKS });
});

test('what the context says goes before what the stage says', () => {
  expect(config({ stage: 'prod', simulator: 'true', roll: 'false', timeZone: 'America/Sao_Paulo' })).toMatchObject({
    simulator: true,
    roll: false,
    timeZone: 'America/Sao_Paulo',
  });
  expect(config(DOMAIN).domain).toEqual({ name: 'goody.example', certificateArn: DOMAIN.certificateArn });
});

test.each<[Context, string]>([
  [{ stage: 'production' }, 'stage=production is none of dev, prod'],
  [{ simulator: 'off' }, 'simulator=off is none of true, false'],
  [{ architecture: 'mips' }, 'architecture=mips is none of x86_64, arm64'],
  [{ timeZone: 'Europe/Atlantis' }, 'timeZone=Europe/Atlantis is no time zone'],
  [{ bucketDays: '59' }, 'bucketDays=59 is no number of days from 60 on'],
  [{ orderDays: 'some' }, 'orderDays=some is no number of days from 1 on'],
  [{ domainName: 'goody.example' }, 'domainName and certificateArn go together'],
])('%o is refused with what is wrong', (context, told) => {
  expect(() => config(context)).toThrow(told);
});

test('programs for another processor are refused before AWS has to say so', () => {
  expect(() => synthesize({ architecture: 'arm64', page: 'false' })).toThrow(
    /is for x86_64, and the configuration wants arm64/,
  );
});
