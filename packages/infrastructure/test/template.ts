/** The CloudFormation template of the stack, and queries on it. */
import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ARTIFACTS } from '../src/artifacts.ts';
import { readConfig } from '../src/config.ts';
import { GoodyDashboardStack } from '../src/stack.ts';

/** The file of the built template of the default stage. */
export const TEMPLATE_FILE = `${ARTIFACTS.infrastructure}/cdk.out/GoodyDashboardStack.template.json`;

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: each type of resource has its own properties
  readonly Properties: Record<string, any>;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: string[];
}

export type Context = Partial<Record<string, string>>;

/** The resources and outputs of a template. */
export class Resources {
  readonly all: Readonly<Record<string, Resource>>;
  readonly outputs: Readonly<Record<string, { Value: unknown }>>;

  constructor(template: { Resources: Record<string, Resource>; Outputs: Record<string, { Value: unknown }> }) {
    this.all = template.Resources;
    this.outputs = template.Outputs;
  }

  /** The built template of the default stage, which a deployment uses. */
  static built(): Resources {
    return new Resources(JSON.parse(readFileSync(TEMPLATE_FILE, 'utf8')));
  }

  /** All resources of a type, by their logical names. */
  ofType(type: string): [string, Resource][] {
    return Object.entries(this.all).filter(([, resource]) => resource.Type === type);
  }

  /** The properties of all resources of a type. */
  properties(type: string): Resource['Properties'][] {
    return this.ofType(type).map(([, resource]) => resource.Properties);
  }

  /** The functions of the backend by their names, without those of the CDK. */
  get functions(): Record<string, { id: string; properties: Resource['Properties'] }> {
    const functions = this.ofType('AWS::Lambda::Function').filter(
      ([, { Properties }]) => Properties.Runtime === 'provided.al2023',
    );
    return Object.fromEntries(
      functions.map(([id, { Properties }]) => [
        kebab(/^Functions(.*)[0-9A-F]{8}$/.exec(id)?.[1] ?? id),
        { id, properties: Properties },
      ]),
    );
  }

  /** The permissions of a role: every pair of an action and a resource. */
  allowed(roleId: string): { action: string; resource: unknown }[] {
    const policies = this.ofType('AWS::IAM::Policy').filter(([, { Properties }]) =>
      Properties.Roles.some((role: { Ref: string }) => role.Ref === roleId),
    );
    return policies.flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement).flatMap(pairs);
  }
}

/** Synthesizes the stack of a context. */
export function synthesize(context: Context) {
  const config = readConfig((name) => context[name]);
  const stack = new GoodyDashboardStack(new App(), 'GoodyDashboardStack', config);
  const template = Template.fromStack(stack).toJSON() as ConstructorParameters<typeof Resources>[0];
  return { stack, template, resources: new Resources(template) };
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
}

function pairs({ Effect, Action, Resource }: Statement): { action: string; resource: unknown }[] {
  if (Effect !== 'Allow') return [];
  return [Action].flat().flatMap((action) => [Resource].flat().map((resource) => ({ action, resource })));
}

function kebab(name: string): string {
  return name.replace(/(?<=.)[A-Z]/g, '-$&').toLowerCase();
}

/** The short name of a reference to a resource: `Orders`, `Orders/index/vendorIndex`, `Tokens`, `*`, or its logical name. */
export function named(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const {
    Ref: ref,
    'Fn::GetAtt': attribute,
    'Fn::Join': join,
  } = resource as {
    Ref?: string;
    'Fn::GetAtt'?: string[];
    'Fn::Join'?: [string, unknown[]];
  };
  if (join) return join[1].map(named).join('');
  if (ref) return /^TokensSecret[0-9A-F]{8}$/.test(ref) ? 'Tokens' : ref;
  const [id, property] = attribute ?? ['', ''];
  const table = /^Store(Orders|Reports|Vendors)[0-9A-F]{8}$/.exec(id ?? '')?.[1];
  if (table && property === 'Arn') return table;
  if (table && property === 'StreamArn') return `${table} stream`;
  return id ?? '';
}
