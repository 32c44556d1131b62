/** Time: what EventBridge Scheduler has a function do again and again. A schedule that is switched off stays, and rests. */
import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { RustFunction } from './rust-function.ts';

/** What a tick looks like to a function. */
const TICK = JSON.stringify({ source: 'aws.scheduler', 'detail-type': 'Scheduled Event', detail: {} });

export interface ScheduleProps {
  readonly target: RustFunction;
  /** Such as `rate(1 minute)`. */
  readonly expression: string;
  readonly isOn: boolean;
}

export class Schedule extends Construct {
  constructor(scope: Construct, id: string, { target, expression, isOn }: ScheduleProps) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [target.functionArn] }));
    const schedule = new CfnSchedule(this, 'Schedule', {
      scheduleExpression: expression,
      flexibleTimeWindow: { mode: 'OFF' },
      state: isOn ? 'ENABLED' : 'DISABLED',
      target: {
        arn: target.functionArn,
        roleArn: role.roleArn,
        input: TICK,
        // The next tick does all of what one has missed, so an old one is worth nothing.
        retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 1 },
      },
    });
    schedule.node.addDependency(role);
    target.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
  }
}
