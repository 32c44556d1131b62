/** A schedule of EventBridge Scheduler that invokes a function. Switched off, the schedule exists but is disabled. */
import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { RustFunction } from './rust-function.ts';

/** The event that a tick sends to the function. */
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
        // A tick also does the work of the missed ones, so a late retry is useless.
        retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 1 },
      },
    });
    schedule.node.addDependency(role);
    target.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
  }
}
