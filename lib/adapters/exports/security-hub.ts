import { BatchImportFindingsCommand, type SecurityHubClient } from '@aws-sdk/client-securityhub';
import type { SourceConfig } from '../../domain/config/index.ts';
import type { DrillRecord } from '../../domain/record/drill-record.ts';
import { formatCountOf } from '../../domain/text/quantities.ts';
import { NotDelivered } from '../../ports/not-delivered.ts';
import type { NoticePlaces } from '../notices/messages/console-links.ts';
import { securityFindings } from './security-findings.ts';

/**
 * Imports the findings of a sealed record into Security Hub of this account and region. A request for a database that drills.yaml does not
 * have is nobody's finding.
 *
 * @param sourceOf null: there is no such database
 * @throws NotDelivered when Security Hub takes not all of them, and what the SDK throws
 */
export async function importFindings(
  record: DrillRecord,
  options: {
    client: SecurityHubClient;
    places: NoticePlaces;
    sourceOf: (database: string) => SourceConfig | null;
  },
): Promise<void> {
  const source = options.sourceOf(record.database);
  if (source?.kind !== 's3') return;
  const Findings = securityFindings(record, source, options.places);
  if (Findings.length === 0) return;
  const { FailedFindings = [] } = await options.client.send(new BatchImportFindingsCommand({ Findings }));
  // Findings that are refused are no error of the call: so Security Hub says that it is not enabled.
  if (FailedFindings.length === 0) return;
  const codes = [...new Set(FailedFindings.map(({ ErrorCode }) => ErrorCode))];
  throw new NotDelivered(
    `Security Hub refused ${FailedFindings.length} of ${formatCountOf(Findings.length, 'finding')} (${codes.join(', ')})`,
  );
}
