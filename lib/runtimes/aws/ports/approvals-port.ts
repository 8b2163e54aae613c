import { type Approvals, createApprovals } from '../../../adapters/approvals/approvals.ts';
import { systemClock } from '../../system-clock.ts';
import { dynamoDbClient, sfnClient } from '../clients.ts';
import { readEnvironment } from '../environment.ts';

/** Questions to people that wait for their answer. */
export function approvalsPort(): Approvals {
  const { ledgerTable } = readEnvironment(['ledgerTable']);
  return createApprovals({
    client: dynamoDbClient(),
    tableName: ledgerTable,
    sfn: sfnClient(),
    clock: systemClock,
  });
}
