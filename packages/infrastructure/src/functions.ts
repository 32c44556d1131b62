/** The five functions: how much each gets, how long it may take, and what it may do. What calls them is bound elsewhere. */
import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import type { OrderStore } from './order-store.ts';
import { type FunctionName, PERMISSIONS } from './permissions.ts';
import { RustFunction } from './rust-function.ts';

interface Size {
  readonly description: string;
  /** More memory is also more processor. */
  readonly memoryMegabytes: number;
  readonly timeout: Duration;
}

/** API Gateway waits for thirty seconds. */
const WITHIN_A_REQUEST = Duration.seconds(29);

const SIZES: Readonly<Record<FunctionName, Size>> = {
  'api-handler': {
    description: 'Answers what is read of the API',
    memoryMegabytes: 512,
    timeout: WITHIN_A_REQUEST,
  },
  'order-ingest': {
    description: 'Takes in order events and vendors',
    memoryMegabytes: 512,
    timeout: WITHIN_A_REQUEST,
  },
  'order-simulator': {
    description: 'Tells what happens in the demo world as time goes by',
    memoryMegabytes: 512,
    timeout: Duration.minutes(2),
  },
  'report-generator': {
    description: 'Brings the reports up to the orders and up to the clock',
    memoryMegabytes: 1024,
    // Batches and ticks take seconds; the first part of a rebuild looks at every order.
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

  /** What the functions and their logs are called in this deployment. */
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
