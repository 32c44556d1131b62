/**
 * The configuration of a deployment: the defaults of its stage, and the overrides of the CDK context (`--context name=value`).
 *
 * `readConfig` reads and validates the whole context once. Constructs receive the result and never read the context.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';

export interface Config {
  /** Differs per stage, so that one account can hold several stages. */
  readonly stackName: string;
  /** The event bus that receives order events from other systems. */
  readonly busName: string;
  /** The tables outlive the stack, have deletion protection and point-in-time recovery. */
  readonly dataIsKept: boolean;
  readonly logRetention: RetentionDays;
  /** Whether order-simulator runs every five minutes. */
  readonly simulator: boolean;
  /** Whether report-generator refreshes the reports every minute. Without it, reports change only when orders change. */
  readonly roll: boolean;
  /** Whether CloudFront and a bucket serve the page. An emulator has neither. */
  readonly page: boolean;
  /** The processor that the functions are compiled for. */
  readonly architecture: Architecture;
  /** The IANA name of the time zone that defines a day. It must never change for an existing table. */
  readonly timeZone: string;
  /** The retention of orders and of counters, in days. If absent, the defaults of the functions apply. */
  readonly orderDays?: number;
  readonly bucketDays?: number;
  /** The ARN of an existing secret with tokens. Without it, the stack creates one. */
  readonly tokensSecretArn?: string;
  /** Whether a read needs an API token, too. */
  readonly protectReads: boolean;
  /** The issuer and the audiences of the JWT that a read then needs. */
  readonly oidc?: { readonly issuer: string; readonly audience: readonly string[] };
  /** The domain of the page, and its certificate in us-east-1. Without it, the page has CloudFront's domain. */
  readonly domain?: { readonly name: string; readonly certificateArn: string };
  /** A web ACL in us-east-1 that filters the requests to CloudFront. */
  readonly webAclArn?: string;
  /** The e-mail address that receives alarms. */
  readonly alarmEmail?: string;
  /** The mappings with which order-ingest reads webhooks, by source: the texts of their files. */
  readonly webhookMappings: Readonly<Record<string, string>>;
  /** The IANA name of the time zone of times in webhooks without an offset; UTC by default. */
  readonly webhookTimeZone?: string;
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

/** The keys of the CDK context. */
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
  'webhookMappings',
  'webhookTimeZone',
] as const;

/** The sources of webhooks that a mapping can read. */
const MAPPED_SOURCES = ['shopify', 'woocommerce', 'generic'];
/** The most bytes of all mappings: Lambda allows 4 KiB of environment variables. */
const MAX_MAPPING_BYTES = 3_000;
/** The folder to which files are relative. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

type Name = (typeof CONTEXT)[number];

/** Reads the configuration from the context. Throws an error that names the invalid value and a valid one. */
export function readConfig(context: (name: Name) => unknown): Config {
  const name = oneOf(context, 'stage', Object.keys(STAGES) as (keyof typeof STAGES)[], 'dev');
  const defaults = STAGES[name];
  const architecture = oneOf(context, 'architecture', ['x86_64', 'arm64'], 'x86_64');
  const [domainName, certificateArn] = [text(context, 'domainName'), text(context, 'certificateArn')];
  if ((domainName === undefined) !== (certificateArn === undefined)) {
    throw new Error('domainName and certificateArn go together: set both, or neither');
  }
  const [orderDays, bucketDays] = [days(context, 'orderDays', 1), days(context, 'bucketDays', 60)];
  const protectReads = yesOrNo(context, 'protectReads', false);
  const oidc = issuerAndAudience(context);
  if (protectReads && oidc) {
    throw new Error('protectReads and oidcIssuer exclude each other: a request has one token, an API token or a JWT');
  }
  const tokensSecretArn = secret(text(context, 'tokensSecretArn'));
  const [webAclArn, alarmEmail] = [text(context, 'webAclArn'), text(context, 'alarmEmail')];
  const webhookTimeZone = text(context, 'webhookTimeZone');
  return {
    ...defaults,
    simulator: yesOrNo(context, 'simulator', defaults.simulator),
    roll: yesOrNo(context, 'roll', true),
    page: yesOrNo(context, 'page', true),
    architecture: architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
    timeZone: zone('timeZone', text(context, 'timeZone') ?? 'UTC'),
    ...(orderDays && { orderDays }),
    ...(bucketDays && { bucketDays }),
    protectReads,
    ...(tokensSecretArn && { tokensSecretArn }),
    ...(oidc && { oidc }),
    ...(domainName && certificateArn && { domain: { name: domainName, certificateArn } }),
    ...(webAclArn && { webAclArn }),
    ...(alarmEmail && { alarmEmail }),
    webhookMappings: mappings(text(context, 'webhookMappings') ?? ''),
    ...(webhookTimeZone && { webhookTimeZone: zone('webhookTimeZone', webhookTimeZone) }),
  };
}

function text(context: (name: Name) => unknown, name: Name): string | undefined {
  const value = context(name);
  return value === undefined || value === '' ? undefined : String(value);
}

function oneOf<T extends string>(context: (name: Name) => unknown, name: Name, known: T[], fallback: T): T {
  const value = text(context, name) ?? fallback;
  const found = known.find((one) => one === value);
  if (found === undefined) throw new Error(`${name}=${value} is not one of ${known.join(', ')}`);
  return found;
}

function yesOrNo(context: (name: Name) => unknown, name: Name, fallback: boolean): boolean {
  return oneOf(context, name, ['true', 'false'], fallback ? 'true' : 'false') === 'true';
}

function days(context: (name: Name) => unknown, name: Name, minimum: number): number | undefined {
  const value = text(context, name);
  if (value === undefined) return undefined;
  if (!/^\d{1,5}$/.test(value) || Number(value) < minimum)
    throw new Error(`${name}=${value} is not a number of days of at least ${minimum}`);
  return Number(value);
}

/** Checks that an ARN is complete, as policies compare it: Secrets Manager adds a hyphen and six characters to the name. */
function secret(arn: string | undefined): string | undefined {
  if (arn !== undefined && !/^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-\w{6}$/.test(arn))
    throw new Error(`tokensSecretArn=${arn} is not the complete ARN of a secret: copy it from describe-secret`);
  return arn;
}

function issuerAndAudience(context: (name: Name) => unknown): Config['oidc'] {
  const [issuer, audience] = [text(context, 'oidcIssuer'), text(context, 'oidcAudience')];
  if ((issuer === undefined) !== (audience === undefined)) {
    throw new Error('oidcIssuer and oidcAudience go together: set both, or neither');
  }
  if (issuer === undefined || audience === undefined) return undefined;
  if (!URL.canParse(issuer) || new URL(issuer).protocol !== 'https:')
    throw new Error(`oidcIssuer=${issuer} is not an HTTPS URL: copy it from the iss claim of a token`);
  return { issuer, audience: audience.split(',') };
}

function zone(key: Name, name: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone && name;
  } catch {
    throw new Error(`${key}=${name} is not a time zone: write an IANA name, such as Europe/Berlin`);
  }
}

/** Reads the files of `source=file,source=file`. What is in them is checked by the function when it starts. */
function mappings(list: string): Record<string, string> {
  const read = Object.fromEntries(list.split(',').filter(Boolean).map(mapping));
  const bytes = Object.values(read).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > MAX_MAPPING_BYTES)
    throw new Error(`webhookMappings has ${bytes} bytes, and a function takes ${MAX_MAPPING_BYTES}: remove comments`);
  return read;
}

function mapping(entry: string): [source: string, text: string] {
  const [, source = '', file = ''] = /^(\w+)=(.+)$/.exec(entry) ?? [];
  if (!MAPPED_SOURCES.includes(source))
    throw new Error(`webhookMappings=${entry} is not SOURCE=FILE with one of ${MAPPED_SOURCES.join(', ')}`);
  try {
    return [source, readFileSync(`${ROOT}/${file}`, 'utf8')];
  } catch {
    throw new Error(`webhookMappings=${entry} cannot be read: write the path from the root of the project`);
  }
}
