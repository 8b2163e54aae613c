import { SecurityHubClient } from '@aws-sdk/client-securityhub';
import { importFindings } from '../../../adapters/exports/security-hub.ts';
import type { NoticePlaces } from '../../../adapters/notices/messages/console-links.ts';
import type { DrillRecord } from '../../../domain/record/drill-record.ts';
import { impatient, once } from '../clients-in-use.ts';
import { deployedConfig } from '../configuration.ts';

export const securityHubClient = (): SecurityHubClient =>
  once('securityhub', () => new SecurityHubClient(impatient));

/** Findings of a sealed record, into Security Hub of this account and region. */
export const importIntoSecurityHub = (record: DrillRecord, places: NoticePlaces): Promise<void> =>
  importFindings(record, {
    client: securityHubClient(),
    places,
    sourceOf: (database) => deployedConfig().databases[database]?.source ?? null,
  });
