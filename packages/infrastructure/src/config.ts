/**
 * What differs from one deployment to the next: a stage, and what the context says otherwise (`--context name=value`).
 *
 * Everything is read and checked here, once; constructs are handed one value.
 */
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';

export interface Config {
  /** Stages may stand side by side in one account. */
  readonly stackName: string;
  /** The bus that others put order events on. */
  readonly busName: string;
  /** Orders, reports and vendors outlive the stack, cannot be deleted by accident, and can be restored to any second. */
  readonly dataIsKept: boolean;
  readonly logRetention: RetentionDays;
  /** Whether the demo world goes on, every five minutes. */
  readonly simulator: boolean;
  /** Whether reports are brought up to the clock, every minute. Off, they stand still while nothing happens to orders. */
  readonly roll: boolean;
  /** Whether CloudFront and a bucket serve the page. An emulator has neither. */
  readonly page: boolean;
  /** What the functions were compiled for. */
  readonly architecture: Architecture;
  /** The IANA name of the zone whose days are counted. It must never change for a table. */
  readonly timeZone: string;
  /** How many days orders, and the counters that reports are made of, are kept; the functions' own where it is not said. */
  readonly orderDays?: number;
  readonly bucketDays?: number;
  /** A secret with tokens that there is already; without, the stack makes one. */
  readonly tokensSecretArn?: string;
  /** Whether reading needs a token, too. */
  readonly protectReads: boolean;
  /** Who vouches for whoever reads, and for whom: reading then needs a JWT of this issuer. */
  readonly oidc?: { readonly issuer: string; readonly audience: readonly string[] };
  /** Where people look for the page, and the certificate for it in us-east-1; CloudFront's own name without. */
  readonly domain?: { readonly name: string; readonly certificateArn: string };
  /** A web ACL of us-east-1 that CloudFront asks first. */
  readonly webAclArn?: string;
  /** Who is told of alarms. */
  readonly alarmEmail?: string;
}

const STAGES = {
  dev: {
    stackName: 'GoodyDashboardStack',
    busName: 'GoodyOrderEvents',
    dataIsKept: false,
    logRetention: RetentionDays.TWO_WEEKS,
    simulator: true,
  },
  prod: {
    stackName: 'GoodyDashboardStack-prod',
    busName: 'GoodyOrderEvents-prod',
    dataIsKept: true,
    logRetention: RetentionDays.THREE_MONTHS,
    simulator: false,
  },
};

/** What the context may say. */
export const CONTEXT = [
  'stage',
  'simulator',
  'roll',
  'page',
  'architecture',
  'timeZone',
  'orderDays',
  'bucketDays',
  'tokensSecretArn',
  'protectReads',
  'oidcIssuer',
  'oidcAudience',
  'domainName',
  'certificateArn',
  'webAclArn',
  'alarmEmail',
] as const;

type Name = (typeof CONTEXT)[number];

/** Reads a stage. Throws what is wrong, with what to write instead. */
export function readConfig(context: (name: Name) => unknown): Config {
  const name = oneOf(context, 'stage', Object.keys(STAGES) as (keyof typeof STAGES)[], 'dev');
  const defaults = STAGES[name];
  const architecture = oneOf(context, 'architecture', ['x86_64', 'arm64'], 'x86_64');
  const [domainName, certificateArn] = [text(context, 'domainName'), text(context, 'certificateArn')];
  if ((domainName === undefined) !== (certificateArn === undefined)) {
    throw new Error('domainName and certificateArn go together: name both, or neither');
  }
  const [orderDays, bucketDays] = [days(context, 'orderDays', 1), days(context, 'bucketDays', 60)];
  const protectReads = yesOrNo(context, 'protectReads', false);
  const oidc = issuerAndAudience(context);
  if (protectReads && oidc) {
    throw new Error('protectReads and oidcIssuer exclude each other: a request brings one token, ours or a JWT');
  }
  const tokensSecretArn = secret(text(context, 'tokensSecretArn'));
  const [webAclArn, alarmEmail] = [text(context, 'webAclArn'), text(context, 'alarmEmail')];
  return {
    ...defaults,
    simulator: yesOrNo(context, 'simulator', defaults.simulator),
    roll: yesOrNo(context, 'roll', true),
    page: yesOrNo(context, 'page', true),
    architecture: architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
    timeZone: zone(text(context, 'timeZone') ?? 'UTC'),
    ...(orderDays && { orderDays }),
    ...(bucketDays && { bucketDays }),
    protectReads,
    ...(tokensSecretArn && { tokensSecretArn }),
    ...(oidc && { oidc }),
    ...(domainName && certificateArn && { domain: { name: domainName, certificateArn } }),
    ...(webAclArn && { webAclArn }),
    ...(alarmEmail && { alarmEmail }),
  };
}

function text(context: (name: Name) => unknown, name: Name): string | undefined {
  const value = context(name);
  return value === undefined || value === '' ? undefined : String(value);
}

function oneOf<T extends string>(context: (name: Name) => unknown, name: Name, known: T[], usual: T): T {
  const value = text(context, name) ?? usual;
  const found = known.find((one) => one === value);
  if (found === undefined) throw new Error(`${name}=${value} is none of ${known.join(', ')}`);
  return found;
}

function yesOrNo(context: (name: Name) => unknown, name: Name, usual: boolean): boolean {
  return oneOf(context, name, ['true', 'false'], usual ? 'true' : 'false') === 'true';
}

function days(context: (name: Name) => unknown, name: Name, least: number): number | undefined {
  const value = text(context, name);
  if (value === undefined) return undefined;
  if (!/^\d{1,5}$/.test(value) || Number(value) < least)
    throw new Error(`${name}=${value} is no number of days from ${least} on`);
  return Number(value);
}

/** The whole name, as policies compare it: Secrets Manager adds a hyphen and six characters to what people call a secret. */
function secret(arn: string | undefined): string | undefined {
  if (arn !== undefined && !/^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-\w{6}$/.test(arn))
    throw new Error(`tokensSecretArn=${arn} is no whole ARN of a secret: write it as describe-secret shows it`);
  return arn;
}

function issuerAndAudience(context: (name: Name) => unknown): Config['oidc'] {
  const [issuer, audience] = [text(context, 'oidcIssuer'), text(context, 'oidcAudience')];
  if ((issuer === undefined) !== (audience === undefined)) {
    throw new Error('oidcIssuer and oidcAudience go together: name both, or neither');
  }
  if (issuer === undefined || audience === undefined) return undefined;
  if (!URL.canParse(issuer) || new URL(issuer).protocol !== 'https:')
    throw new Error(`oidcIssuer=${issuer} is no address by HTTPS: write it as the tokens have it in iss`);
  return { issuer, audience: audience.split(',') };
}

function zone(name: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone && name;
  } catch {
    throw new Error(`timeZone=${name} is no time zone: write its IANA name, such as Europe/Berlin`);
  }
}
