/** Lints of the stack: the AwsSolutions rules of cdk-nag, and cfn-lint. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { synthesize, TEMPLATE_FILE } from './template.ts';

const CFN_LINT = fileURLToPath(new URL('../../../target/tools/python/bin/cfn-lint', import.meta.url));
/** Ignores W3005: the CDK also writes dependencies that follow from references. */
const OPTIONS = ['--regions', 'eu-west-1', '--ignore-checks', 'W3005', '--'];

const domain = { domainName: 'goody.example', certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/1' };
const oidc = { oidcIssuer: 'https://login.example/', oidcAudience: 'goody' };
// The build of the default stage runs cdk-nag, and fails on a finding.
const others = {
  'production, where reads need a token': synthesize({
    stage: 'prod',
    alarmEmail: 'ops@example.com',
    protectReads: 'true',
    ...domain,
  }),
  'a stage without the page, where reads need a JWT': synthesize({ page: 'false', ...oidc }),
};

type Synthesized = ReturnType<typeof synthesize>;

test.each(Object.entries(others))('for %s, cdk-nag has no finding that is not acknowledged', (_, synthesized) => {
  expect(violations(synthesized)).toEqual([]);
});

test('an unacknowledged finding is reported', () => {
  const synthesized = synthesize({ page: 'false' });
  new Bucket(synthesized.stack, 'Open');
  expect(violations(synthesized)).toContainEqual(expect.stringContaining('AwsSolutions-S10'));
});

test('cfn-lint has no finding in any stage', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goody-'));
  const files = Object.values(others).map(({ template }, number) => {
    const file = join(folder, `${number}.template.json`);
    writeFileSync(file, JSON.stringify(template));
    return file;
  });
  const { status, stdout, stderr } = spawnSync(CFN_LINT, [...OPTIONS, TEMPLATE_FILE, ...files], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  expect(`${stdout}${stderr}`).toBe('');
  expect(status).toBe(0);
});

function violations({ stack }: Synthesized): string[] {
  const report = new AwsSolutionsChecks(stack).validateScope(stack);
  return report.violations.map(
    ({ ruleName, violatingResources }) => `${ruleName}: ${JSON.stringify(violatingResources)}`,
  );
}
