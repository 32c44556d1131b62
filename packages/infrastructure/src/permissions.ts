/**
 * What each function may do with the tables: just what it does, action by action, index by index. A transaction needs the
 * permissions of what is in it.
 *
 * `docs/OPERATIONS.md` shows the same as a table, and a test holds the two equal. Another test has each function do its whole
 * work behind a guard that refuses everything else.
 */
export type TableName = 'Orders' | 'Reports' | 'Vendors';

export interface Permission {
  readonly table: TableName;
  /** The table itself, where no index is named. */
  readonly indexes?: readonly string[];
  readonly actions: readonly string[];
}

export type FunctionName = 'api-handler' | 'order-ingest' | 'order-simulator' | 'report-generator' | 'data-backfill';

/** Takes events in: loads orders, asks whether those that are not there have expired, saves them, and meets their vendors. */
const INGEST: readonly Permission[] = [
  { table: 'Orders', actions: ['BatchGetItem', 'PutItem'] },
  { table: 'Reports', actions: ['BatchGetItem', 'UpdateItem'] },
  { table: 'Vendors', actions: ['GetItem', 'BatchGetItem', 'PutItem'] },
];

export const PERMISSIONS: Readonly<Record<FunctionName, readonly Permission[]>> = {
  'api-handler': [
    { table: 'Orders', actions: ['GetItem', 'BatchGetItem'] },
    {
      table: 'Orders',
      indexes: ['vendorIndex', 'listIndex', 'statusIndex', 'giftIndex', 'issueIndex', 'idIndex'],
      actions: ['Query'],
    },
    { table: 'Reports', actions: ['GetItem', 'BatchGetItem', 'Query'] },
    { table: 'Reports', indexes: ['dateIndex'], actions: ['Query'] },
    { table: 'Vendors', actions: ['GetItem', 'BatchGetItem'] },
    { table: 'Vendors', indexes: ['idIndex'], actions: ['Query'] },
  ],
  'order-ingest': INGEST,
  'order-simulator': [...INGEST, { table: 'Orders', indexes: ['vendorIndex'], actions: ['Query'] }],
  'report-generator': [
    { table: 'Orders', actions: ['BatchGetItem', 'DeleteItem'] },
    // How far the reports are behind the latest orders is noted at each tick; a rebuild reads all of them, vendor by vendor.
    { table: 'Orders', indexes: ['statusIndex', 'idIndex', 'vendorIndex'], actions: ['Query'] },
    {
      table: 'Reports',
      actions: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'],
    },
    { table: 'Reports', indexes: ['dateIndex'], actions: ['Query'] },
    { table: 'Vendors', indexes: ['idIndex'], actions: ['Query'] },
  ],
  'data-backfill': INGEST,
};
