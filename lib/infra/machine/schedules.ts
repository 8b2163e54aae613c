import { Duration, TimeZone } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { DrillConfig } from '../../domain/config/index.ts';
import { serviceOfThisAccount } from '../rights/services.ts';

interface SchedulesProps {
  databases: DrillConfig['databases'];
  machine: sfn.IStateMachine;
  deadLetters: sqs.IQueue;
}

/** One schedule per database that has one. It only starts drills; whether they prove anything is the alarms' business. */
export class Schedules extends Construct {
  constructor(scope: Construct, id: string, props: SchedulesProps) {
    super(scope, id);
    const role = new iam.Role(this, 'Role', {
      assumedBy: serviceOfThisAccount(this, 'scheduler.amazonaws.com'),
      description: 'Starts drills',
    });
    for (const [database, { schedule }] of Object.entries(props.databases)) {
      if (schedule === null) continue;
      new scheduler.Schedule(this, database, {
        description: `restore-drill: drill of ${database}`,
        schedule: scheduler.ScheduleExpression.expression(
          `cron(${schedule.cron})`,
          TimeZone.of(schedule.timezone),
        ),
        target: new StepFunctionsStartExecution(props.machine, {
          role,
          input: scheduler.ScheduleTargetInput.fromObject({ database, operator: 'schedule' }),
          deadLetterQueue: props.deadLetters,
          // A throttled start is tried again for two hours; a drill that starts a day late would surprise somebody.
          retryAttempts: 10,
          maxEventAge: Duration.hours(2),
        }),
      });
    }
  }
}
