/** The page's files in the bucket: those with a hash in their name for ever, the others to be asked for each time. */

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
    const deployed = {
      destinationBucket: bucket,
      // Whoever has the former page open may still ask for its files.
      prune: false,
      // The bucket is empty when it is to be removed.
      retainOnDelete: false,
      logGroup: new LogGroup(this, 'Log', { retention: config.logRetention, removalPolicy: RemovalPolicy.DESTROY }),
    };
    const hashed = new BucketDeployment(this, 'Hashed', {
      ...deployed,
      sources: [Source.asset(`${ARTIFACTS.page}/assets`)],
      destinationKeyPrefix: 'assets',
      cacheControl: [CacheControl.fromString('public, max-age=31536000, immutable')],
    });
    const named = new BucketDeployment(this, 'Named', {
      ...deployed,
      // The policy is beside the page for whoever serves it: here, that is a header.
      sources: [Source.asset(ARTIFACTS.page, { exclude: ['assets', 'content-security-policy.txt'] })],
      cacheControl: [CacheControl.noCache()],
      distribution,
      distributionPaths: ['/*'],
    });
    // The page must not be there before what it loads.
    named.node.addDependency(hashed);
    acknowledge(hashed, bucket);
  }
}

/** The function that copies the files comes with the CDK, as it is. */
function acknowledge(deployment: BucketDeployment, bucket: Bucket): void {
  const copier = deployment.handlerRole.node.scope;
  if (copier === undefined) throw new Error('the function that copies the files is not where it was');
  const target = Stack.of(bucket).getLogicalId(bucket.node.defaultChild as CfnBucket);
  const wildcards = [
    ...['GetObject', 'GetBucket', 'List', 'DeleteObject', 'Abort'].map((action) => `Action::s3:${action}*`),
    'Resource::arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*',
    `Resource::<${target}.Arn>/*`,
    'Resource::*',
  ];
  const logging = 'Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
  const reason = 'The CDK grants this to its own function, which runs while the stack is deployed and at no other time';
  Validations.of(copier).acknowledge(
    { id: `AwsSolutions-IAM4[${logging}]`, reason },
    ...wildcards.map((one) => ({ id: `AwsSolutions-IAM5[${one}]`, reason })),
    { id: 'AwsSolutions-L1', reason: 'The CDK chooses the runtime that its own function was tried with' },
  );
}
