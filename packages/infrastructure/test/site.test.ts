/** The page at CloudFront: routing, caching, and security headers. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ARTIFACTS } from '../src/artifacts.ts';
import { CLIENT_ROUTES } from '../src/client-routes.ts';
import { rewritten } from './edge.ts';
import { named, type Resource, Resources } from './template.ts';

const dev = Resources.built();
const distribution = dev.properties('AWS::CloudFront::Distribution')[0]?.DistributionConfig;

const property = (id: string) => dev.all[id]?.Properties ?? {};

describe('the function for client-side routes', () => {
  const answer = (uri: string) => rewritten(readFileSync(CLIENT_ROUTES, 'utf8'), uri);

  test.each(['/', '/orders', '/orders/recent', '/orders/s42-2026.01.01-1', '/vendors/far.orchard', '/orders/a:b_c-d'])(
    '%s is a route of the page',
    (uri) => expect(answer(uri)).toBe('/index.html'),
  );

  test('files at the top level are not rewritten', () => {
    const files = readdirSync(ARTIFACTS.page, { withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name)).toContain('robots.txt');
    for (const { name } of files) expect(answer(`/${name}`)).toBe(`/${name}`);
  });

  test('the function fits the limits of its runtime', () => {
    expect(readFileSync(CLIENT_ROUTES).length).toBeLessThan(10_240);
    expect(property(dev.ofType('AWS::CloudFront::Function')[0]?.[0] ?? '').FunctionConfig.Runtime).toBe(
      'cloudfront-js-2.0',
    );
  });
});

test('paths of the API go to the API, are never cached, and run no function', () => {
  const behaviors = distribution.CacheBehaviors.filter(
    ({ PathPattern }: Resource['Properties']) => PathPattern !== '/assets/*',
  );
  expect(behaviors.map(({ PathPattern }: Resource['Properties']) => PathPattern)).toEqual([
    '/api/*',
    '/health',
    '/dashboard/*',
    '/vendors/*/report',
  ]);
  const api = distribution.Origins.find((origin: Resource['Properties']) => origin.CustomOriginConfig);
  for (const behavior of behaviors) {
    // Managed policies: CachingDisabled and AllViewerExceptHostHeader. They forward Authorization only while caching is disabled.
    expect(behavior.CachePolicyId).toBe('4135ea2d-6df8-44a3-9df3-4b5a84be39ad');
    expect(behavior.OriginRequestPolicyId).toBe('b689b0a8-53d0-40ab-baf2-68738e2966ac');
    expect(behavior.TargetOriginId).toBe(api.Id);
    expect(behavior.AllowedMethods, 'writes, too').toContain('POST');
    expect(behavior.FunctionAssociations).toBeUndefined();
  }
  expect(distribution.CustomErrorResponses, 'error responses of the API are not replaced').toBeUndefined();
});

test('the page is compressed and served by HTTP/3; the Cache-Control of a file decides its caching', () => {
  expect(distribution.HttpVersion).toBe('http2and3');
  const page = [distribution.DefaultCacheBehavior, distribution.CacheBehaviors[0]];
  for (const { Compress, CachePolicyId, ViewerProtocolPolicy } of page) {
    expect([Compress, ViewerProtocolPolicy]).toEqual([true, 'redirect-to-https']);
    expect(property(CachePolicyId.Ref).CachePolicyConfig).toMatchObject({ MinTTL: 0, DefaultTTL: 0 });
  }
  const deployments = dev.properties('Custom::CDKBucketDeployment');
  const caching = deployments.map(({ DestinationBucketKeyPrefix, SystemMetadata }) => [
    DestinationBucketKeyPrefix ?? 'others',
    SystemMetadata['cache-control'],
  ]);
  expect(Object.fromEntries(caching)).toEqual({ assets: 'public, max-age=31536000, immutable', others: 'no-cache' });
});

test('the Content-Security-Policy is the one of the deployed build', () => {
  const policy = property(distribution.DefaultCacheBehavior.ResponseHeadersPolicyId.Ref).ResponseHeadersPolicyConfig;
  const { ContentSecurityPolicy, StrictTransportSecurity, FrameOptions, ...others } = policy.SecurityHeadersConfig;
  const built = readFileSync(`${ARTIFACTS.page}/content-security-policy.txt`, 'utf8').trim();
  expect(ContentSecurityPolicy).toEqual({ ContentSecurityPolicy: built, Override: true });
  expect(built).toContain("default-src 'none'");
  expect(built).not.toContain('unsafe');
  expect(StrictTransportSecurity).toMatchObject({ AccessControlMaxAgeSec: 31_536_000, Override: true });
  expect(FrameOptions).toEqual({ FrameOption: 'DENY', Override: true });
  expect(others).toMatchObject({
    ContentTypeOptions: { Override: true },
    ReferrerPolicy: { ReferrerPolicy: 'no-referrer' },
  });
});

test('no bucket is public: only CloudFront reads it, and only by TLS', () => {
  const buckets = dev.ofType('AWS::S3::Bucket');
  expect(buckets).toHaveLength(1);
  for (const [id, { Properties }] of buckets) {
    const blocked = {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    };
    expect(Properties.PublicAccessBlockConfiguration).toEqual(blocked);
    const policies = dev.properties('AWS::S3::BucketPolicy').filter(({ Bucket }) => Bucket.Ref === id);
    const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    expect(statements).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
    const readers = statements.filter(
      ({ Effect, Action }) => Effect === 'Allow' && [Action].flat().includes('s3:GetObject'),
    );
    expect(readers.map(({ Principal }) => Principal)).toEqual([{ Service: 'cloudfront.amazonaws.com' }]);
    for (const { Condition } of readers) expect(JSON.stringify(Condition)).toContain('AWS:SourceArn');
    expect(named(distribution.Origins[0].DomainName)).toBe(id);
  }
});
