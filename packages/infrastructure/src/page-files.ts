/** Uploads the page's files to the bucket. Files with a hash in their name are cached permanently, the others are revalidated. */

import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { IDistribution } from 'aws-cdk-lib/aws-cloudfront';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import { ARTIFACTS } from './artifacts.ts';
import type { Config } from './config.ts';

export interface PageFilesProps {
  readonly config: Config;
  readonly bucket: Bucket;
  readonly distribution: IDistribution;
}

export class PageFiles extends Construct {
  constructor(scope: Construct, id: string, { config, bucket, distribution }: PageFilesProps) {
    super(scope, id);
    const options = {
      destinationBucket: bucket,
      // A browser that has the previous version of the page open may still request its files.
      prune: false,
      // The bucket must be empty before CloudFormation can delete it.
      retainOnDelete: false,
      logGroup: new LogGroup(this, 'Log', { retention: config.logRetention, removalPolicy: RemovalPolicy.DESTROY }),
    };
    const hashed = new BucketDeployment(this, 'Hashed', {
      ...options,
      sources: [Source.asset(`${ARTIFACTS.page}/assets`)],
      destinationKeyPrefix: 'assets',
      cacheControl: [CacheControl.fromString('public, max-age=31536000, immutable')],
    });
    const named = new BucketDeployment(this, 'Named', {
      ...options,
      // CloudFront sends the Content-Security-Policy as a header, so the file is not uploaded.
      sources: [Source.asset(ARTIFACTS.page, { exclude: ['assets', 'content-security-policy.txt'] })],
      cacheControl: [CacheControl.noCache()],
      distribution,
      distributionPaths: ['/*'],
    });
    // The files that index.html loads must be uploaded before it.
    named.node.addDependency(hashed);
    acknowledge(hashed, bucket);
  }
}

/** Acknowledges the findings on the function that copies the files: the CDK defines it. */
function acknowledge(deployment: BucketDeployment, bucket: Bucket): void {
  const copier = deployment.handlerRole.node.scope;
  if (copier === undefined)
    throw new Error('the CDK no longer defines the function that copies the files as a child of the deployment');
  const target = Stack.of(bucket).getLogicalId(bucket.node.defaultChild as CfnBucket);
  const wildcards = [
    ...['GetObject', 'GetBucket', 'List', 'DeleteObject', 'Abort'].map((action) => `Action::s3:${action}*`),
    'Resource::arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*',
    `Resource::<${target}.Arn>/*`,
    'Resource::*',
  ];
  const logging = 'Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
  const reason = 'The CDK grants this to its own function, which runs only during a deployment';
  Validations.of(copier).acknowledge(
    { id: `AwsSolutions-IAM4[${logging}]`, reason },
    ...wildcards.map((one) => ({ id: `AwsSolutions-IAM5[${one}]`, reason })),
    { id: 'AwsSolutions-L1', reason: 'The CDK chooses the runtime of its own function' },
  );
}
