/**
 * The permissions of each function on the tables: least privilege, per action and per index. A transaction needs the permissions of
 * its operations.
 *
 * `docs/OPERATIONS.md` shows the same table, and a test compares the two. Another test runs each function behind a guard that
 * refuses every other call.
 */
export type TableName = 'Orders' | 'Reports' | 'Vendors';

export interface Permission {
  readonly table: TableName;
  /** Without indexes, the permission is on the table itself. */
  readonly indexes?: readonly string[];
  readonly actions: readonly string[];
}

export type FunctionName = 'api-handler' | 'order-ingest' | 'order-simulator' | 'report-generator' | 'data-backfill';

/** Ingests events: loads orders, checks whether missing ones have expired, saves orders, and registers unknown vendors. */
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
  // A retraction searches all orders, and the markers of expired ones. What was refused is kept, listed and removed here.
  'order-ingest': [
    ...INGEST,
    { table: 'Orders', indexes: ['idIndex'], actions: ['Query'] },
    { table: 'Reports', actions: ['Query', 'DeleteItem'] },
    { table: 'Reports', indexes: ['dateIndex'], actions: ['Query'] },
  ],
  'order-simulator': [...INGEST, { table: 'Orders', indexes: ['vendorIndex'], actions: ['Query'] }],
  'report-generator': [
    { table: 'Orders', actions: ['BatchGetItem', 'DeleteItem'] },
    // Each tick reads the latest orders to measure the lag; a rebuild reads all orders, vendor by vendor.
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
