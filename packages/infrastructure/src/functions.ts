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
const WITHIN_A_REQUEST = Duration.seconds(29);

const SIZES: Readonly<Record<FunctionName, Size>> = {
  'api-handler': {
    description: 'Serves the reads of the API',
    memoryMegabytes: 512,
    timeout: WITHIN_A_REQUEST,
  },
  'order-ingest': {
    description: 'Ingests order events and vendors',
    memoryMegabytes: 512,
    timeout: WITHIN_A_REQUEST,
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
    const make = (name: FunctionName) => {
      const made = new RustFunction(this, pascal(name), { config, name, ...SIZES[name] });
      store.bind(made, PERMISSIONS[name]);
      return made;
    };
    this.all = {
      'api-handler': make('api-handler'),
      'order-ingest': make('order-ingest'),
      'order-simulator': make('order-simulator'),
      'report-generator': make('report-generator'),
      'data-backfill': make('data-backfill'),
    };
  }

  /** The outputs: the names of the functions and of their log groups. */
  names(): Record<string, string> {
    const named = Object.entries(this.all).flatMap(([name, { functionName, logGroup }]) => [
      [`${pascal(name)}Function`, functionName],
      [`${pascal(name)}Log`, logGroup.logGroupName],
    ]);
    return Object.fromEntries(named);
  }
}

/** `order-ingest` → `OrderIngest`. */
function pascal(name: string): string {
  return name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
