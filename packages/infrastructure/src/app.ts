/** The CDK app: one stack, configured by the context. Every synthesis checks it against the AwsSolutions rules. */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readConfig } from './config.ts';
import { GoodyDashboardStack } from './stack.ts';

const app = new App();
const stack = new GoodyDashboardStack(
  app,
  'GoodyDashboardStack',
  readConfig((name) => app.node.tryGetContext(name)),
);
Validations.of(stack).addPlugins(new AwsSolutionsChecks(stack));
