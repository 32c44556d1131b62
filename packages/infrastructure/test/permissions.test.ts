/** The permissions of the functions equal the table in docs/OPERATIONS.md, per action, without wildcards. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { named, Resources } from './template.ts';

const OPERATIONS = new URL('../../../docs/OPERATIONS.md', import.meta.url);

const dev = Resources.built();

/** The permissions of each function in the document: `BatchGetItem Orders`, `Query Orders/index/vendorIndex`, … */
function documented(): Record<string, string[]> {
  const rows = readFileSync(OPERATIONS, 'utf8').matchAll(
    /^\| `([a-z-]+)` \| (Orders|Reports|Vendors|Tokens) \| (.*?) \| (.*?) \|$/gm,
  );
  const documented: Record<string, string[]> = {};
  for (const [, name = '', table, actions = '', indexes = ''] of rows) {
    const split = (cell: string) => cell.split(', ').filter((word) => word !== '–');
    const queries = split(indexes).map((index) => `Query ${table}/index/${index}`);
    documented[name] = [
      ...(documented[name] ?? []),
      ...split(actions).map((action) => `${action} ${table}`),
      ...queries,
    ];
  }
  return documented;
}

/** Whether the document lists actions of this service. */
const isOfTable = ({ action }: { action: string }) => /^(dynamodb|secretsmanager):/.test(action);

test('the permissions on the tables and the tokens equal those in the document', () => {
  const granted = Object.entries(dev.functions).map(([name, { properties }]) => {
    const permissions = dev.allowed(properties.Role['Fn::GetAtt'][0]).filter(isOfTable);
    const ofTables = permissions.map(({ action, resource }) => `${action.replace(/^.*:/, '')} ${named(resource)}`);
    return [name, ofTables.filter((permission) => !/ (\*|Orders stream)$/.test(permission)).sort()];
  });
  const sorted = Object.entries(documented()).map(([name, permissions]) => [name, permissions.sort()]);
  expect(Object.fromEntries(granted)).toEqual(Object.fromEntries(sorted));
});

test('apart from the tables and the tokens, functions may only write their own log and their dead letters', () => {
  for (const [name, { id, properties }] of Object.entries(dev.functions)) {
    const role = properties.Role['Fn::GetAtt'][0];
    const others = dev.allowed(role).filter((permission) => !isOfTable(permission));
    const granted = others.map(({ action, resource }) => `${action} ${named(resource).replace(/[0-9A-F]{8}$/, '')}`);
    const log = id.replace(/[0-9A-F]{8}$/, 'Log');
    const queue = { 'order-ingest': 'Ingest', 'report-generator': 'Projection' }[name];
    expect(granted.sort(), name).toEqual([
      `logs:CreateLogStream ${log}`,
      `logs:PutLogEvents ${log}`,
      ...(queue ? [`sqs:SendMessage ${queue}DeadLetters`] : []),
    ]);
    expect(properties.LoggingConfig.LogGroup.Ref).toMatch(log);
  }
});

test('only report-generator reads the stream', () => {
  const readers = Object.entries(dev.functions).filter(([, { properties }]) =>
    dev.allowed(properties.Role['Fn::GetAtt'][0]).some(({ resource }) => named(resource) === 'Orders stream'),
  );
  expect(readers.map(([name]) => name)).toEqual(['report-generator']);
});

test('no policy of this stack has a wildcard, except for the one action without resource-level permissions', () => {
  const roles = dev.ofType('AWS::IAM::Role').filter(([id]) => !id.startsWith('CustomCDKBucketDeployment'));
  expect(roles.length).toBeGreaterThan(5);
  const wildcards = roles.flatMap(([id, { Properties }]) => {
    expect(Properties.ManagedPolicyArns, id).toBeUndefined();
    return dev.allowed(id).filter(({ action, resource }) => `${action} ${JSON.stringify(resource)}`.includes('*'));
  });
  expect(wildcards).toEqual([{ action: 'dynamodb:ListStreams', resource: '*' }]);
});
