/**
 * The three tables, and the grants on them.
 *
 * `store-dynamodb` names the keys and indexes. DynamoDB creates one index per update: two new indexes need two deployments.
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import {
  type Attribute,
  AttributeType,
  Billing,
  ProjectionType,
  StreamViewType,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import type { Permission, TableName } from './permissions.ts';
import type { RustFunction } from './rust-function.ts';

/** The attributes of an order that the filters of a list compare. */
const FILTER_ATTRIBUTES = ['vendorId', 'status', 'giftType', 'promise', 'late', 'open'];

export class OrderStore extends Construct {
  readonly tables: Readonly<Record<TableName, TableV2>>;

  constructor(scope: Construct, id: string, config: Config) {
    super(scope, id);
    const durability = {
      billing: Billing.onDemand(),
      deletionProtection: config.dataIsKept,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: config.dataIsKept },
      removalPolicy: config.dataIsKept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    };
    const orders = new TableV2(this, 'Orders', {
      ...durability,
      partitionKey: string('orderId'),
      timeToLiveAttribute: 'ttl',
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      globalSecondaryIndexes: [
        index('vendorIndex', 'vendorId', 'createdAt', FILTER_ATTRIBUTES),
        index('listIndex', 'list', 'createdAt', FILTER_ATTRIBUTES),
        index('statusIndex', 'status', 'updatedAt', ['vendorId']),
        index('giftIndex', 'giftType', 'createdAt', []),
        index('issueIndex', 'issueOf', 'endedAt', 'all'),
        index('idIndex', 'all', 'orderId', []),
      ],
    });
    const reports = new TableV2(this, 'Reports', {
      ...durability,
      partitionKey: string('vendorId'),
      sortKey: string('date'),
      timeToLiveAttribute: 'ttl',
      globalSecondaryIndexes: [index('dateIndex', 'reportDate', 'vendorId', 'all')],
    });
    const vendors = new TableV2(this, 'Vendors', {
      ...durability,
      partitionKey: string('vendorId'),
      globalSecondaryIndexes: [index('idIndex', 'all', 'vendorId', 'all')],
    });
    this.tables = { Orders: orders, Reports: reports, Vendors: vendors };
  }

  /** Sets the environment variables with the names of the tables, and grants these permissions and no others. */
  bind(target: RustFunction, permissions: readonly Permission[]): void {
    for (const [name, table] of Object.entries(this.tables)) {
      target.addEnvironment(`GOODY_${name.toUpperCase()}_TABLE`, table.tableName);
    }
    for (const { table, indexes, actions } of permissions) {
      const { tableArn } = this.tables[table];
      const resources = indexes ? indexes.map((one) => `${tableArn}/index/${one}`) : [tableArn];
      target.addToRolePolicy(new PolicyStatement({ actions: actions.map((one) => `dynamodb:${one}`), resources }));
    }
  }
}

function string(name: string): Attribute {
  return { name, type: AttributeType.STRING };
}

/** An index that projects all attributes, or these and the keys. */
function index(indexName: string, partition: string, sort: string, projected: 'all' | string[]) {
  const keys = { indexName, partitionKey: string(partition), sortKey: string(sort) };
  if (projected === 'all') return { ...keys, projectionType: ProjectionType.ALL };
  const nonKeyAttributes = projected.filter((name) => name !== partition);
  if (nonKeyAttributes.length === 0) return { ...keys, projectionType: ProjectionType.KEYS_ONLY };
  return { ...keys, projectionType: ProjectionType.INCLUDE, nonKeyAttributes };
}
