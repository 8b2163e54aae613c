import type { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { drillEventSource } from '../../contract/names.ts';
import { drillSealedType } from '../../domain/record/report/drill-event.ts';
import { allow } from './statement.ts';

/** Puts our own kind of event on the default bus, and no other. */
export const putEvents = (stack: Stack): iam.PolicyStatement =>
  allow(
    'PutEvents',
    ['events:PutEvents'],
    [stack.formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' })],
    // One call puts several events: these keys have a value for each.
    {
      'ForAllValues:StringEquals': {
        'events:source': drillEventSource,
        'events:detail-type': drillSealedType,
      },
    },
  );
