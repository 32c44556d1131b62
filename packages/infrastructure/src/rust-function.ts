/** A Lambda function with a program of the backend's build, its log group, and a role that may only write to this log group. */
import { existsSync, readFileSync } from 'node:fs';
import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { ARTIFACTS } from './artifacts.ts';
import type { Config } from './config.ts';
import type { FunctionName } from './permissions.ts';

export interface RustFunctionProps {
  readonly config: Config;
  readonly name: FunctionName;
  readonly description: string;
  /** Lambda allocates CPU in proportion to memory. */
  readonly memoryMegabytes: number;
  readonly timeout: Duration;
}

export class RustFunction extends LambdaFunction {
  constructor(
    scope: Construct,
    id: string,
    { config, name, description, memoryMegabytes, timeout }: RustFunctionProps,
  ) {
    const folder = ARTIFACTS.lambda(name);
    const log = new LogGroup(scope, `${id}Log`, {
      retention: config.logRetention,
      removalPolicy: config.dataIsKept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(
      new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [log.logGroupArn] }),
    );
    super(scope, id, {
      description,
      role,
      timeout,
      logGroup: log,
      loggingFormat: LoggingFormat.JSON,
      runtime: Runtime.PROVIDED_AL2023,
      architecture: checkedArchitecture(`${folder}/bootstrap`, config.architecture),
      handler: 'bootstrap',
      code: Code.fromAsset(`${folder}/bootstrap.zip`),
      memorySize: memoryMegabytes,
      environment: {
        GOODY_TIME_ZONE: config.timeZone,
        GOODY_LOG: 'info',
        ...(config.orderDays && { GOODY_ORDER_DAYS: String(config.orderDays) }),
        ...(config.bucketDays && { GOODY_BUCKET_DAYS: String(config.bucketDays) }),
      },
    });
  }
}

/** Throws unless the program exists and is compiled for this processor. Lambda would report the error only at the first invocation. */
function checkedArchitecture(program: string, expected: Architecture): Architecture {
  if (!existsSync(program)) throw new Error(`${program} is missing: npx nx build backend`);
  // ELF: the processor is a 16-bit number at byte 18.
  const machine = readFileSync(program).readUInt16LE(18);
  const found = { 62: Architecture.X86_64, 183: Architecture.ARM_64 }[machine];
  if (found !== expected) {
    throw new Error(
      `${program} is compiled for ${found?.name ?? `machine ${machine}`}, but the configuration asks for ${expected.name}: build it for ${expected.name}`,
    );
  }
  return expected;
}
