/** What others' rules say of the stack, in every stage: cdk-nag's AwsSolutions, and cfn-lint. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { type Context, Synthesized } from './template.ts';

const CFN_LINT = fileURLToPath(new URL('../../../target/tools/python/bin/cfn-lint', import.meta.url));

/** W3005: the CDK writes dependencies down that follow from references anyway. */
const OPTIONS = ['--regions', 'eu-west-1', '--ignore-checks', 'W3005', '--'];

const domain = { domainName: 'goody.example', certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/1' };
const STAGES: Context[] = [{}, { stage: 'prod', alarmEmail: 'ops@example.com', ...domain }, { page: 'false' }];

test.each(STAGES)(
  'of %o, nothing is unacknowledged and nothing is wrong',
  (context) => {
    const synthesized = new Synthesized(context);
    expect(violations(synthesized)).toEqual([]);
    const folder = mkdtempSync(join(tmpdir(), 'goody-'));
    const file = join(folder, 'stack.template.json');
    writeFileSync(file, JSON.stringify(synthesized.template.toJSON()));
    const { status, stdout, stderr } = spawnSync(CFN_LINT, [...OPTIONS, file], {
      encoding: 'utf8',
    });
    rmSync(folder, { recursive: true });
    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
  },
  120_000,
);

test('a finding that nobody has acknowledged is found', () => {
  const synthesized = new Synthesized({ page: 'false' });
  new Bucket(synthesized.stack, 'Open');
  expect(violations(synthesized)).toContainEqual(expect.stringContaining('AwsSolutions-S10'));
}, 60_000);

function violations({ stack }: Synthesized): string[] {
  const report = new AwsSolutionsChecks(stack).validateScope(stack);
  return report.violations.map(
    ({ ruleName, violatingResources }) => `${ruleName}: ${JSON.stringify(violatingResources)}`,
  );
}
