/** The five functions: memory, timeout and permissions of each. Other files bind the triggers. */
import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import type { OrderStore } from './order-store.ts';
import { type FunctionName, PERMISSIONS } from './permissions.ts';
import { RustFunction } from './rust-function.ts';

interface Size {
  readonly description: string;
  /** Lambda allocates CPU in proportion to memory. */
  readonly memoryMegabytes: number;
  readonly timeout: Duration;
}

/** API Gateway times out after thirty seconds. */
const REQUEST_TIMEOUT = Duration.seconds(29);

const SIZES: Readonly<Record<FunctionName, Size>> = {
  'api-handler': {
    description: 'Serves the reads of the API',
    memoryMegabytes: 512,
    timeout: REQUEST_TIMEOUT,
  },
  'order-ingest': {
    description: 'Ingests order events and vendors, and takes batches back',
    memoryMegabytes: 512,
    timeout: REQUEST_TIMEOUT,
  },
  'order-simulator': {
    description: 'Sends the events of the demo orders as time passes',
    memoryMegabytes: 512,
    timeout: Duration.minutes(2),
  },
  'report-generator': {
    description: 'Projects changes of orders into the reports, and refreshes the reports',
    memoryMegabytes: 1024,
    // Batches and ticks take seconds; the first part of a rebuild reads every order.
    timeout: Duration.minutes(10),
  },
  'data-backfill': {
    description: 'Fills the tables with demo orders of the past days',
    memoryMegabytes: 1024,
    timeout: Duration.minutes(15),
  },
};

export class Functions extends Construct {
  readonly all: Readonly<Record<FunctionName, RustFunction>>;

  constructor(scope: Construct, id: string, config: Config, store: OrderStore) {
    super(scope, id);
    const create = (name: FunctionName) => {
      const created = new RustFunction(this, pascal(name), { config, name, ...SIZES[name] });
      store.bind(created, PERMISSIONS[name]);
      return created;
    };
    this.all = {
      'api-handler': create('api-handler'),
      'order-ingest': create('order-ingest'),
      'order-simulator': create('order-simulator'),
      'report-generator': create('report-generator'),
      'data-backfill': create('data-backfill'),
    };
    const ingest = this.all['order-ingest'];
    for (const [source, text] of Object.entries(config.webhookMappings))
      ingest.addEnvironment(`GOODY_WEBHOOK_MAPPING_${source.toUpperCase()}`, text);
    if (config.webhookTimeZone) ingest.addEnvironment('GOODY_WEBHOOK_TIME_ZONE', config.webhookTimeZone);
  }

  /** The outputs: the names of the functions and of their log groups. */
  names(): Record<string, string> {
    const outputs = Object.entries(this.all).flatMap(([name, { functionName, logGroup }]) => [
      [`${pascal(name)}Function`, functionName],
      [`${pascal(name)}Log`, logGroup.logGroupName],
    ]);
    return Object.fromEntries(outputs);
  }
}

/** `order-ingest` → `OrderIngest`. */
function pascal(name: string): string {
  return name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
