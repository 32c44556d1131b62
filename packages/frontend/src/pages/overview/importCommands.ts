import { ownZone } from '../../format/times';

/** A kind of file that `goody import` reads. */
export interface FileSource {
  /** The ready mapping; null if there is none for such a file. */
  mapping: string | null;
  name: string;
  /** Where a person finds the file, and what to know about it. */
  hint: string;
  /** Whether the file names no vendor. */
  needsVendor?: true;
  /** Whether the file has times without a time zone. */
  needsZone?: true;
}

/** Every ready mapping, as `goody mapping list` has them. */
export const shops = [
  { mapping: 'shopify', name: 'Shopify', hint: 'orders export (Orders, Export, Plain CSV file)' },
  {
    mapping: 'woocommerce',
    name: 'WooCommerce',
    hint: 'orders of an export plugin, Analytics, or the REST API',
    needsZone: true,
  },
  {
    mapping: 'amazon-all-orders',
    name: 'Amazon: all orders',
    hint: 'All Orders report (Seller Central, Reports, Fulfillment)',
  },
  {
    mapping: 'amazon-unshipped',
    name: 'Amazon: orders to ship',
    hint: 'Unshipped Orders report (Seller Central, Orders, Order Reports)',
    needsVendor: true,
  },
  {
    mapping: 'amazon-shipments',
    name: 'Amazon: shipments',
    hint: 'Amazon Fulfilled Shipments report (Seller Central, Reports, Fulfillment)',
  },
  {
    mapping: 'ebay',
    name: 'eBay',
    hint: 'orders report (Seller Hub, Orders, Download report)',
    needsVendor: true,
    needsZone: true,
  },
  {
    mapping: 'etsy',
    name: 'Etsy',
    hint: 'EtsySoldOrders CSV (Shop Manager, Settings, Options, Download Data)',
    needsVendor: true,
  },
  {
    mapping: 'shipstation',
    name: 'ShipStation',
    hint: 'orders or shipments export (Orders, Other Actions, Export)',
    needsZone: true,
  },
  { mapping: 'magento', name: 'Magento, Adobe Commerce', hint: 'orders grid, Export CSV (Sales, Orders)' },
  {
    mapping: 'bigcommerce',
    name: 'BigCommerce',
    hint: 'orders export, default template (Orders, Export)',
    needsVendor: true,
    needsZone: true,
  },
  {
    mapping: 'olist',
    name: 'Olist dataset',
    hint: 'olist_orders_dataset.csv with olist_order_items_dataset.csv next to it',
  },
] as const satisfies FileSource[];

const otherTable: FileSource = {
  mapping: null,
  name: 'Another table',
  hint: 'CSV, an .xlsx workbook or JSON. Correct the proposed mapping before the import',
};

const events: FileSource = {
  mapping: null,
  name: 'Events of orders',
  hint: 'one JSON object on each line, as goody export events writes it',
};

/** All that a file can be. */
export const fileSources: readonly FileSource[] = [...shops, otherTable, events];

/** A command with what it does. */
export interface TitledCommand {
  title: string;
  command: string;
}

/** The commands that bring in a file, in their order. `FILE` stands for its name. */
export function importCommands(source: FileSource, zone = ownZone): TitledCommand[] {
  const mapping = source === otherTable ? 'mapping.toml' : source.mapping;
  const options = [
    ...(mapping === null ? [] : [`--mapping ${mapping}`]),
    ...(source.needsVendor ? ['--constant vendorId=my-shop'] : []),
    ...(source.needsZone ? [`--file-time-zone ${zone}`] : []),
  ];
  const command = (...words: string[]) => ['goody', ...words, ...options, 'FILE'].join(' ');
  return [
    ...(source === otherTable
      ? [{ title: 'Propose a mapping', command: 'goody mapping new FILE > mapping.toml' }]
      : []),
    { title: 'Look first: nothing is stored', command: command('import', '--check') },
    { title: 'Import', command: command('import') },
  ];
}

/** What a person has to replace in the commands. */
export function replacements({ needsVendor, needsZone }: FileSource): string {
  const words = [
    'FILE by the name of the file',
    ...(needsVendor ? ['my-shop by the id of the vendor'] : []),
    ...(needsZone ? ['the time zone by that of the shop'] : []),
  ];
  return `Replace ${new Intl.ListFormat('en').format(words)}.`;
}
