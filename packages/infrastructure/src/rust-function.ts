/** A function as the backend's build left it: its program, a role that may do nothing but log, and its log. */
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
  /** More memory is also more processor. */
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
      architecture: compiledFor(`${folder}/bootstrap`, config.architecture),
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

/** Throws unless the program is there and is for that processor: Lambda would only say that it cannot be executed. */
function compiledFor(program: string, wanted: Architecture): Architecture {
  if (!existsSync(program)) throw new Error(`${program} is missing: npx nx build backend`);
  // ELF: the processor is a 16-bit number at byte 18.
  const machine = readFileSync(program).readUInt16LE(18);
  const found = { 62: Architecture.X86_64, 183: Architecture.ARM_64 }[machine];
  if (found !== wanted) {
    throw new Error(
      `${program} is for ${found?.name ?? `machine ${machine}`}, and the configuration wants ${wanted.name}: build it for that`,
    );
  }
  return wanted;
}
