/** The page: CloudFront in front of a private bucket and of the API, so that both have one address. */
import { existsSync } from 'node:fs';
import { Duration, Fn, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ARTIFACTS } from './artifacts.ts';
import { ClientRoutes } from './client-routes.ts';
import type { Config } from './config.ts';
import { apiHeaders, pageHeaders } from './headers.ts';
import { PageFiles } from './page-files.ts';

/** The paths of the API. The page has all others. */
export const API_PATHS = ['/api/*', '/health', '/dashboard/*', '/vendors/*/report'];

export interface SiteProps {
  readonly config: Config;
  readonly api: HttpApi;
}

export class Site extends Construct {
  readonly distribution: cloudfront.Distribution;
  readonly bucket: Bucket;
  /** Where people find the page. */
  readonly url: string;

  constructor(scope: Construct, id: string, { config, api }: SiteProps) {
    super(scope, id);
    if (!existsSync(`${ARTIFACTS.page}/index.html`))
      throw new Error(`${ARTIFACTS.page} is missing: npx nx build frontend`);
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      // It holds nothing but what the build makes.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const page = this.#page(this.bucket);
    const ofApi = this.#api(api);
    this.distribution = new cloudfront.Distribution(this, 'Distribution', {
      comment: 'Goody Dashboard',
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
      defaultRootObject: 'index.html',
      ...(config.webAclArn && { webAclId: config.webAclArn }),
      ...(config.domain && {
        minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
        domainNames: [config.domain.name],
        certificate: Certificate.fromCertificateArn(this, 'Certificate', config.domain.certificateArn),
      }),
      defaultBehavior: { ...page, functionAssociations: [new ClientRoutes(this, 'ClientRoutes').association] },
      additionalBehaviors: { '/assets/*': page, ...Object.fromEntries(API_PATHS.map((path) => [path, ofApi])) },
    });
    this.url = `https://${config.domain?.name ?? this.distribution.distributionDomainName}`;
    new PageFiles(this, 'Files', { config, bucket: this.bucket, distribution: this.distribution });
    acknowledge(this.bucket, this.distribution);
  }

  /** Files of the bucket, kept as long as each file itself says. */
  #page(bucket: Bucket): cloudfront.BehaviorOptions {
    return {
      // To who may list, what is not there is an honest 404; to others it is a 403.
      origin: S3BucketOrigin.withOriginAccessControl(bucket, {
        originAccessLevels: [cloudfront.AccessLevel.READ, cloudfront.AccessLevel.LIST],
      }),
      allowedMethods: cloudfront.AllowedMethods.ALLOW_GET_HEAD,
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy: pageHeaders(this),
      compress: true,
      cachePolicy: new cloudfront.CachePolicy(this, 'AsFilesSay', {
        minTtl: Duration.seconds(0),
        defaultTtl: Duration.seconds(0),
        maxTtl: Duration.days(365),
        enableAcceptEncodingBrotli: true,
        enableAcceptEncodingGzip: true,
      }),
    };
  }

  /**
   * The API, asked each time, with all that was sent but `Host`. That nothing is kept is also why `Authorization` is passed on: no
   * answer to one token is ever there for another.
   */
  #api(api: HttpApi): cloudfront.BehaviorOptions {
    // `https://<id>.execute-api.<region>.amazonaws.com`
    const host = Fn.select(2, Fn.split('/', api.apiEndpoint));
    return {
      origin: new HttpOrigin(host, { protocolPolicy: cloudfront.OriginProtocolPolicy.HTTPS_ONLY }),
      allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
      responseHeadersPolicy: apiHeaders(this),
      cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
      originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    };
  }
}

function acknowledge(bucket: Bucket, distribution: cloudfront.Distribution): void {
  Validations.of(distribution).acknowledge({
    id: 'Annotation::@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk',
    reason: 'There is a default root object, and CloudFront passes no query on that would make S3 list the bucket',
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'Only CloudFront reads the bucket, and what is in it is public through CloudFront',
  });
  Validations.of(distribution).acknowledge(
    { id: 'AwsSolutions-CFR1', reason: 'Vendor managers may sit in any country' },
    {
      id: 'AwsSolutions-CFR2',
      reason:
        'A web ACL costs more each month than all else of a small marketplace; the context names one where it is wanted',
    },
    { id: 'AwsSolutions-CFR3', reason: 'Reading the page is no event; requests to the API are in its access log' },
    {
      id: 'AwsSolutions-CFR4',
      reason:
        'The name that CloudFront gives takes any TLS it likes; TLS 1.2 is the least as soon as there is a domain',
    },
  );
}
