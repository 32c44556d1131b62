/** Who is let in: tokens of ours for what writes, and for what reads nothing, such a token, or a JWT. */
import { describe, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import type { FunctionName } from '../src/permissions.ts';
import { type Context, named, type Resources, synthesize } from './template.ts';

const OIDC = { oidcIssuer: 'https://login.example/', oidcAudience: 'goody,reports' };
const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:goody/tokens-a1B2c3';

const config = (context: Context) => readConfig((name) => context[name]);
const made = (context: Context) => synthesize({ page: 'false', ...context }).resources;

const open = made({});
const guarded = made({ protectReads: 'true' });
const federated = made(OIDC);

/** What each route asks API Gateway for, and which function answers it. */
function routes(of: Resources): Record<string, string> {
  const told = of.properties('AWS::ApiGatewayV2::Route').map(({ RouteKey, AuthorizationType, Target }) => {
    const { IntegrationUri } = of.all[Target['Fn::Join'][1][1].Ref]?.Properties ?? {};
    const [name] = Object.entries(of.functions).find(([, { id }]) => id === named(IntegrationUri)) ?? [];
    return [RouteKey, `${AuthorizationType ?? 'NONE'}: ${name}`];
  });
  return Object.fromEntries(told);
}

/** Which functions may read which secrets. */
function readers(of: Resources): Record<string, string[]> {
  const told = Object.entries(of.functions).map(([name, { properties }]) => {
    const permissions = of.allowed(properties.Role['Fn::GetAtt'][0]);
    const secrets = permissions.filter(({ action }) => action.startsWith('secretsmanager:'));
    return [name, secrets.map(({ action, resource }) => `${action} ${named(resource)}`)] as const;
  });
  return Object.fromEntries(told.filter(([, secrets]) => secrets.length > 0));
}

const READ = 'secretsmanager:GetSecretValue Tokens';
const variables = (of: Resources, name: FunctionName) => of.functions[name]?.properties.Environment.Variables;

describe('the secret', () => {
  test('has no value in the template, so that no deployment ever puts one in the place of the lines that people wrote', () => {
    const [secret, ...others] = open.properties('AWS::SecretsManager::Secret');
    expect(others).toEqual([]);
    expect(Object.keys(secret ?? {})).toEqual(['Description']);
  });

  test('outlives the stack in production, and goes with it otherwise', () => {
    const policy = (of: Resources) => of.ofType('AWS::SecretsManager::Secret').map(([, one]) => one.DeletionPolicy);
    expect(policy(made({ stage: 'prod' }))).toEqual(['Retain']);
    expect(policy(open)).toEqual(['Delete']);
  });

  test('is the one that the context names, where it names one', () => {
    const others = made({ tokensSecretArn: SECRET });
    expect(others.ofType('AWS::SecretsManager::Secret')).toEqual([]);
    expect(readers(others)).toEqual({ 'order-ingest': [`secretsmanager:GetSecretValue ${SECRET}`] });
    expect(variables(others, 'order-ingest')).toMatchObject({ GOODY_API_TOKENS_SECRET: SECRET });
    expect(others.outputs.TokensSecretArn?.Value).toBe(SECRET);
  });

  test('is read by who asks for tokens, and by nobody else', () => {
    expect(readers(open)).toEqual({ 'order-ingest': [READ] });
    expect(readers(guarded)).toEqual({ 'api-handler': [READ], 'order-ingest': [READ] });
    expect(readers(federated)).toEqual({ 'order-ingest': [READ] });
  });

  test('is told to just those who may read it', () => {
    for (const of of [open, guarded, federated]) {
      for (const name of Object.keys(of.functions) as FunctionName[]) {
        const { GOODY_API_TOKENS_SECRET: told } = variables(of, name);
        expect(told && named(told), name).toBe(readers(of)[name] && 'Tokens');
      }
    }
  });
});

describe('what writes', () => {
  test.each([
    ['reading is open', open],
    ['reading needs a token', guarded],
    ['reading needs a JWT', federated],
  ])('goes to order-ingest, which asks for a token, when %s', (_, of) => {
    const told = routes(of);
    const writes = Object.keys(told).filter((route) => told[route]?.endsWith('order-ingest'));
    expect(writes.sort()).toEqual(['POST /api/orders/events', 'PUT /api/vendors/{vendorId}']);
    // Were there an authorizer, it would take the header that the function's token comes in.
    expect(new Set(writes.map((route) => told[route]))).toEqual(new Set(['NONE: order-ingest']));
  });
});

describe('what reads', () => {
  test('is open without a word of the context', () => {
    expect(routes(open)).toMatchObject({ $default: 'NONE: api-handler' });
    expect(variables(open, 'api-handler')).not.toHaveProperty('GOODY_PROTECT_READS');
  });

  test('needs a token with protectReads, which api-handler is told to ask for', () => {
    expect(routes(guarded)).toMatchObject({ $default: 'NONE: api-handler' });
    expect(variables(guarded, 'api-handler')).toMatchObject({ GOODY_PROTECT_READS: 'true' });
  });

  test('needs a JWT of the issuer for one of the audiences with oidcIssuer, but for what the embedded host tells to all', () => {
    const reads = Object.entries(routes(federated)).filter(([, told]) => told.endsWith('api-handler'));
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
    // The function would take a JWT for a token of ours, and turn everybody away.
    expect(variables(federated, 'api-handler')).not.toHaveProperty('GOODY_PROTECT_READS');
  });
});

test.each<[Context, string]>([
  [{ protectReads: 'yes' }, 'protectReads=yes is none of true, false'],
  [{ oidcIssuer: OIDC.oidcIssuer }, 'oidcIssuer and oidcAudience go together'],
  [{ oidcAudience: 'goody' }, 'oidcIssuer and oidcAudience go together'],
  [{ ...OIDC, oidcIssuer: 'http://login.example' }, 'oidcIssuer=http://login.example is no address by HTTPS'],
  [{ ...OIDC, oidcIssuer: 'login.example' }, 'oidcIssuer=login.example is no address by HTTPS'],
  [{ ...OIDC, protectReads: 'true' }, 'protectReads and oidcIssuer exclude each other'],
  [{ tokensSecretArn: 'goody/tokens' }, 'tokensSecretArn=goody/tokens is no whole ARN of a secret'],
  // Without its six last characters: a policy would allow no secret with it.
  [{ tokensSecretArn: SECRET.slice(0, -7) }, 'is no whole ARN of a secret'],
])('%o is refused with what is wrong', (context, told) => {
  expect(() => config(context)).toThrow(told);
});
