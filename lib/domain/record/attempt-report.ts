import type { SelectedDump } from '../backup/dump.ts';
import type { Finding } from '../findings/findings.ts';
import type { Verdict } from '../findings/verdict.ts';
import type { EntryAccount, RestoreAccount } from '../recovery/restore-account.ts';
import { secondsBetween } from '../time/spans.ts';
import type { DrillRecord, RecoveredStretch } from './drill-record.ts';

/** Everything one attempt came to; a drill that walks back has several. Kept in the evidence store. */
export interface AttemptReport {
  attempt: number;
  dump: SelectedDump | null;
  verdict: Verdict;
  findings: Finding[];
  /** The data is proven but for missed objectives: what a real restore may keep. */
  worthKeeping: boolean;
  checks: DrillRecord['checks'];
  tables: DrillRecord['tables'];
  /** Absent in reports of a release that did not count objects. */
  objects?: NonNullable<DrillRecord['objects']>;
  witness?: NonNullable<DrillRecord['witness']>;
  restore: DrillRecord['restore'];
  /** Absent: no base backup was recovered. */
  recovered?: RecoveredStretch;
  sha256: string | null;
  rto: { targetSeconds: number | null; actualSeconds: number | null };
  rpo: DrillRecord['rpo'];
  notTested: string[];
}

/** The record's part about the restore: counts, and every entry that did not simply restore. Pure. */
export function summariseRestore(
  account: RestoreAccount,
  facts: { connections: number; serverVersion: string },
): NonNullable<DrillRecord['restore']> {
  const count = (status: EntryAccount['outcome']['status']) =>
    account.entries.filter((entry) => entry.outcome.status === status).length;
  const indexSeconds = account.phases.find(({ name }) => name === 'post-data')?.seconds;
  return {
    engine: account.engine,
    connections: facts.connections,
    serverVersion: facts.serverVersion,
    entriesRestored: account.restoredBeside + count('restored') + count('restored with changes'),
    entriesChanged: count('restored with changes'),
    entriesSkipped: count('skipped by policy'),
    entriesFailed: count('failed') + count('not reached'),
    exceptions: account.entries.flatMap(exceptionOf),
    rowsLoaded: account.tables.reduce((sum, table) => sum + table.rowsLoaded, 0),
    bytesRead: account.bytesRead,
    ...(indexSeconds === undefined ? {} : { indexSeconds }),
  };
}

/** The record's part about the WAL that was replayed. @param asOf ISO 8601, from which the lag is measured. Pure. */
export function summariseRecovery(
  { recovered }: Pick<RestoreAccount, 'recovered'>,
  asOf: string,
): { recovered?: RecoveredStretch } {
  if (recovered === undefined) return {};
  const {
    tables: _tables,
    notTested: _notTested,
    indexChecks: _indexChecks,
    timeline,
    ...stretch
  } = recovered;
  const { archivedAt } = stretch;
  return {
    recovered: {
      ...stretch,
      timelines: stretch.timelines.length === 0 ? [timeline] : stretch.timelines,
      archiveLagSeconds: archivedAt === null ? null : Math.max(0, secondsBetween(archivedAt, asOf)),
    },
  };
}

function exceptionOf(entry: EntryAccount): NonNullable<DrillRecord['restore']>['exceptions'] {
  const { outcome } = entry;
  if (outcome.status === 'restored') return [];
  const name = entry.schema === null ? entry.name : `${entry.schema}.${entry.name}`;
  return [
    { database: entry.database, type: entry.type, name, status: outcome.status, reason: reasonOf(outcome) },
  ];
}

function reasonOf(outcome: Exclude<EntryAccount['outcome'], { status: 'restored' }>): string {
  switch (outcome.status) {
    case 'failed':
      return `${outcome.failure}${outcome.sqlState === null ? '' : ` (${outcome.sqlState})`}: ${outcome.message}`;
    case 'not reached':
      return 'the dump or the restore ended before it';
    default:
      return outcome.rule;
  }
}
