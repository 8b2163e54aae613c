import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { touch } from '../../contract/touch.ts';
import { executionFailedPattern } from './execution-failed.ts';

interface GuardsProps {
  machine: sfn.IStateMachine;
  cleanUpAfterAbort: lambda.IFunction;
  sweep: lambda.IFunction;
  watch: lambda.IFunction;
  /** Functions in subnets, which would fall asleep between monthly drills. */
  inSubnets: lambda.IFunction[];
  deadLetters: sqs.IQueue;
}

/**
 * What stands outside the machine. An aborted or timed-out execution runs no Catch, and some errors of Step Functions
 * are caught by none (docs/facts.md#what-no-catch-sees): the rule removes what such an execution left, and the sweeper
 * what the rule could not. The watch measures whether drills happen at all.
 */
export class Guards extends Construct {
  constructor(scope: Construct, id: string, props: GuardsProps) {
    super(scope, id);
    // EventBridge only hands the event over; what fails afterwards is repeated, and kept, by Lambda.
    for (const guard of [props.cleanUpAfterAbort, props.sweep, props.watch]) {
      guard.configureAsyncInvoke({
        onFailure: new SqsDestination(props.deadLetters),
        retryAttempts: 2,
        maxEventAge: Duration.hours(2),
      });
    }
    const target = (handler: lambda.IFunction) =>
      new targets.LambdaFunction(handler, {
        deadLetterQueue: props.deadLetters,
        retryAttempts: 5,
        maxEventAge: Duration.hours(2),
      });
    new events.Rule(this, 'ExecutionEnded', {
      description: 'restore-drill: an execution ended without success; whatever it left is removed',
      // FAILED too: States.Runtime and States.DataLimitExceeded end a drill past every Catch. A drill that was
      // sealed already is left alone.
      eventPattern: executionFailedPattern(props.machine),
      targets: [target(props.cleanUpAfterAbort)],
    });
    new events.Rule(this, 'Sweep', {
      description: 'restore-drill: removes what outlived its lease',
      schedule: events.Schedule.rate(Duration.hours(1)),
      targets: [target(props.sweep)],
    });
    new events.Rule(this, 'Watch', {
      description:
        'restore-drill: measures the age of dumps and of proofs, and keeps the functions in subnets awake',
      schedule: events.Schedule.rate(Duration.hours(1)),
      targets: [
        target(props.watch),
        ...props.inSubnets.map(
          (handler) =>
            new targets.LambdaFunction(handler, { event: events.RuleTargetInput.fromObject(touch) }),
        ),
      ],
    });
  }
}
