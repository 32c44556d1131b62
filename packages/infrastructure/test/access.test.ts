/** Access: a write needs an API token; a read needs nothing, an API token, or a JWT. */
import { describe, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import type { FunctionName } from '../src/permissions.ts';
import { type Context, named, type Resources, synthesize } from './template.ts';

const OIDC = { oidcIssuer: 'https://login.example/', oidcAudience: 'goody,reports' };
const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:goody/tokens-a1B2c3';

const config = (context: Context) => readConfig((name) => context[name]);
const resourcesOf = (context: Context) => synthesize({ page: 'false', ...context }).resources;

const open = resourcesOf({});
const guarded = resourcesOf({ protectReads: 'true' });
const federated = resourcesOf(OIDC);

/** The authorization and the function of each route. */
function routes(of: Resources): Record<string, string> {
  const entries = of.properties('AWS::ApiGatewayV2::Route').map(({ RouteKey, AuthorizationType, Target }) => {
    const { IntegrationUri } = of.all[Target['Fn::Join'][1][1].Ref]?.Properties ?? {};
    const [name] = Object.entries(of.functions).find(([, { id }]) => id === named(IntegrationUri)) ?? [];
    return [RouteKey, `${AuthorizationType ?? 'NONE'}: ${name}`];
  });
  return Object.fromEntries(entries);
}

/** The secrets that each function may read. */
function readers(of: Resources): Record<string, string[]> {
  const entries = Object.entries(of.functions).map(([name, { properties }]) => {
    const permissions = of.allowed(properties.Role['Fn::GetAtt'][0]);
    const secrets = permissions.filter(({ action }) => action.startsWith('secretsmanager:'));
    return [name, secrets.map(({ action, resource }) => `${action} ${named(resource)}`)] as const;
  });
  return Object.fromEntries(entries.filter(([, secrets]) => secrets.length > 0));
}

const READ = 'secretsmanager:GetSecretValue Tokens';
const variables = (of: Resources, name: FunctionName) => of.functions[name]?.properties.Environment.Variables;

describe('the secret', () => {
  test('has no value in the template, so that no deployment overwrites the lines that operators wrote', () => {
    const [secret, ...others] = open.properties('AWS::SecretsManager::Secret');
    expect(others).toEqual([]);
    expect(Object.keys(secret ?? {})).toEqual(['Description']);
  });

  test('is retained in production, and deleted with the stack otherwise', () => {
    const policy = (of: Resources) => of.ofType('AWS::SecretsManager::Secret').map(([, one]) => one.DeletionPolicy);
    expect(policy(resourcesOf({ stage: 'prod' }))).toEqual(['Retain']);
    expect(policy(open)).toEqual(['Delete']);
  });

  test('is the one that the context names, if it names one', () => {
    const others = resourcesOf({ tokensSecretArn: SECRET });
    expect(others.ofType('AWS::SecretsManager::Secret')).toEqual([]);
    expect(readers(others)).toEqual({ 'order-ingest': [`secretsmanager:GetSecretValue ${SECRET}`] });
    expect(variables(others, 'order-ingest')).toMatchObject({ GOODY_API_TOKENS_SECRET: SECRET });
    expect(others.outputs.TokensSecretArn?.Value).toBe(SECRET);
  });

  test('is readable only by the functions that check tokens', () => {
    expect(readers(open)).toEqual({ 'order-ingest': [READ] });
    expect(readers(guarded)).toEqual({ 'api-handler': [READ], 'order-ingest': [READ] });
    expect(readers(federated)).toEqual({ 'order-ingest': [READ] });
  });

  test('is in the environment of exactly the functions that may read it', () => {
    for (const of of [open, guarded, federated]) {
      for (const name of Object.keys(of.functions) as FunctionName[]) {
        const { GOODY_API_TOKENS_SECRET: secret } = variables(of, name);
        expect(secret && named(secret), name).toBe(readers(of)[name] && 'Tokens');
      }
    }
  });
});

describe('a write', () => {
  test.each([
    ['reading is open', open],
    ['reading needs a token', guarded],
    ['reading needs a JWT', federated],
  ])('goes to order-ingest, which checks the token, when %s', (_, of) => {
    const targets = routes(of);
    const writes = Object.keys(targets).filter((route) => targets[route]?.endsWith('order-ingest'));
    expect(writes.sort()).toEqual([
      'DELETE /api/rejections',
      'GET /api/rejections',
      'GET /api/rejections/{rejectionId}',
      'POST /api/batches/{batchId}/retract',
      'POST /api/orders/events',
      'POST /api/rejections/{rejectionId}/retry',
      'POST /api/webhooks/{source}',
      'PUT /api/vendors/{vendorId}',
    ]);
    // An authorizer would reject the Authorization header, which holds the API token.
    expect(new Set(writes.map((route) => targets[route]))).toEqual(new Set(['NONE: order-ingest']));
  });
});

describe('a read', () => {
  test('is public by default', () => {
    expect(routes(open)).toMatchObject({ $default: 'NONE: api-handler' });
    expect(variables(open, 'api-handler')).not.toHaveProperty('GOODY_PROTECT_READS');
  });

  test('needs an API token with protectReads, which api-handler checks', () => {
    expect(routes(guarded)).toMatchObject({ $default: 'NONE: api-handler' });
    expect(variables(guarded, 'api-handler')).toMatchObject({ GOODY_PROTECT_READS: 'true' });
  });

  test('needs a JWT of the issuer for one of the audiences with oidcIssuer, except for the public routes of the embedded host', () => {
    const reads = Object.entries(routes(federated)).filter(([, target]) => target.endsWith('api-handler'));
    expect(Object.fromEntries(reads)).toEqual({
      $default: 'JWT: api-handler',
      'GET /health': 'NONE: api-handler',
      'GET /api/openapi.json': 'NONE: api-handler',
      'GET /api/docs': 'NONE: api-handler',
      'GET /api/docs/{file+}': 'NONE: api-handler',
    });
    expect(federated.properties('AWS::ApiGatewayV2::Authorizer')).toMatchObject([
      {
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: { Issuer: OIDC.oidcIssuer, Audience: ['goody', 'reports'] },
      },
    ]);
    // The function would check the JWT as an API token, and reject every request.
    expect(variables(federated, 'api-handler')).not.toHaveProperty('GOODY_PROTECT_READS');
  });
});

test.each<[Context, string]>([
  [{ protectReads: 'yes' }, 'protectReads=yes is not one of true, false'],
  [{ oidcIssuer: OIDC.oidcIssuer }, 'oidcIssuer and oidcAudience go together'],
  [{ oidcAudience: 'goody' }, 'oidcIssuer and oidcAudience go together'],
  [{ ...OIDC, oidcIssuer: 'http://login.example' }, 'oidcIssuer=http://login.example is not an HTTPS URL'],
  [{ ...OIDC, oidcIssuer: 'login.example' }, 'oidcIssuer=login.example is not an HTTPS URL'],
  [{ ...OIDC, protectReads: 'true' }, 'protectReads and oidcIssuer exclude each other'],
  [{ tokensSecretArn: 'goody/tokens' }, 'tokensSecretArn=goody/tokens is not the complete ARN of a secret'],
  // Without its last six characters, the ARN in a policy matches no secret.
  [{ tokensSecretArn: SECRET.slice(0, -7) }, 'is not the complete ARN of a secret'],
])('%o is rejected with a message', (context, message) => {
  expect(() => config(context)).toThrow(message);
});
