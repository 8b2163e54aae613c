/** What the hourly watch looks at beside buckets and records, and what it remembers. */

import { createDrillPointers } from '../../../adapters/ledgers/dynamodb/newest-drills.ts';
import { createWatchNotes } from '../../../adapters/ledgers/dynamodb/watch-notes.ts';
import { createDeadLetterQueue } from '../../../adapters/metrics/waiting-messages.ts';
import { createEndedExecutions } from '../../../adapters/tasks/ended-executions.ts';
import type { DeadLetterQueue, DrillPointers, EndedExecutions, WatchNotes } from '../../../ports/watching.ts';
import { systemClock } from '../../system-clock.ts';
import { cloudWatchClient, dynamoDbClient, sfnClient } from '../clients.ts';
import { readEnvironment } from '../environment.ts';

const table = () => ({ client: dynamoDbClient(), tableName: readEnvironment(['ledgerTable']).ledgerTable });

export const watchNotesPort = (): WatchNotes => createWatchNotes(table());

export const drillPointersPort = (): DrillPointers => createDrillPointers(table());

export const endedExecutionsPort = (): EndedExecutions =>
  createEndedExecutions({ client: sfnClient(), ...readEnvironment(['stateMachineArn']) });

export const deadLetterPort = (): DeadLetterQueue =>
  createDeadLetterQueue({
    client: cloudWatchClient(),
    queueName: readEnvironment(['deadLetterQueue']).deadLetterQueue,
    clock: systemClock,
  });
