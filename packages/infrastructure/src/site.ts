/** The page: CloudFront in front of a private bucket and of the API, so that both have one origin. */
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

/** The paths of the API. All others belong to the page. */
export const API_PATHS = ['/api/*', '/health', '/dashboard/*', '/vendors/*/report'];

export interface SiteProps {
  readonly config: Config;
  readonly api: HttpApi;
}

export class Site extends Construct {
  readonly distribution: cloudfront.Distribution;
  readonly bucket: Bucket;
  /** The URL of the page. */
  readonly url: string;

  constructor(scope: Construct, id: string, { config, api }: SiteProps) {
    super(scope, id);
    if (!existsSync(`${ARTIFACTS.page}/index.html`))
      throw new Error(`${ARTIFACTS.page} is missing: npx nx build frontend`);
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      // It holds build artifacts only.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const page = this.#page(this.bucket);
    const apiBehavior = this.#api(api);
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
      additionalBehaviors: { '/assets/*': page, ...Object.fromEntries(API_PATHS.map((path) => [path, apiBehavior])) },
    });
    this.url = `https://${config.domain?.name ?? this.distribution.distributionDomainName}`;
    new PageFiles(this, 'Files', { config, bucket: this.bucket, distribution: this.distribution });
    acknowledge(this.bucket, this.distribution);
  }

  /** The files of the bucket. The Cache-Control header of each file decides its caching. */
  #page(bucket: Bucket): cloudfront.BehaviorOptions {
    return {
      // With the permission to list, S3 answers 404 for a missing file; without it, 403.
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
   * The API: no caching, and all headers except `Host` are forwarded. `Authorization` may be forwarded only because nothing is cached:
   * a response to one token never reaches another.
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
    reason:
      'There is a default root object, and CloudFront forwards no query string that would make S3 list the bucket',
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'Only CloudFront reads the bucket, and its content is public through CloudFront',
  });
  Validations.of(distribution).acknowledge(
    { id: 'AwsSolutions-CFR1', reason: 'Vendor managers may work in any country' },
    {
      id: 'AwsSolutions-CFR2',
      reason: 'A web ACL costs more than the rest of a small deployment; the context key webAclArn adds one',
    },
    { id: 'AwsSolutions-CFR3', reason: 'Requests for the page need no log; requests to the API are in its access log' },
    {
      id: 'AwsSolutions-CFR4',
      reason: 'The default domain of CloudFront fixes the TLS policy; with a custom domain the minimum is TLS 1.2',
    },
  );
}
