import { objectiveResult } from '../report/wording.ts';
import { type AuditedDatabase, type AuditPeriod, decisionOf, drillsIn } from './audit-input.ts';
import { controls } from './controls.ts';
import { renderCsv } from './csv.ts';
import { exceptionsOf } from './exceptions.ts';
import { dueRuns } from './scheduled-runs.ts';

/** The tables of the export, for a spreadsheet or a system of the auditor: one file each. */
export function auditTables(
  databases: AuditedDatabase[],
  period: AuditPeriod,
): { path: string; text: string }[] {
  return [
    { path: 'drills.csv', text: drills(databases, period) },
    { path: 'schedule.csv', text: schedule(databases, period) },
    { path: 'exceptions.csv', text: exceptions(databases, period) },
    {
      path: 'controls.csv',
      text: renderCsv(
        ['standard', 'clause', 'asks', 'proves', 'does not prove'],
        controls.map(({ standard, clause, asks, proves, not }) => [standard, clause, asks, proves, not]),
      ),
    },
  ];
}

const drills = (databases: AuditedDatabase[], period: AuditPeriod): string =>
  renderCsv(
    [
      ...['database', 'drill', 'kind', 'started', 'ended', 'operator', 'verdict', 'backup', 'backup sha256'],
      ...['rto target s', 'rto achieved s', 'rto', 'rpo target s', 'rpo achieved s', 'rpo'],
      ...['decision', 'decided by', 'sandbox removed', 'findings', 'software'],
    ],
    databases.flatMap((audited) =>
      drillsIn(audited, period).map((record) => [
        ...[record.database, record.drillId, record.mode, record.startedAt, record.endedAt],
        ...[record.operator, record.verdict, record.dump?.key ?? null, record.dump?.sha256 ?? null],
        ...[record.rto.targetSeconds, record.rto.actualSeconds, objectiveResult(record.rto)],
        ...[record.rpo.targetSeconds, record.rpo.actualSeconds, objectiveResult(record.rpo)],
        ...[decisionOf(record).decision, decisionOf(record).by],
        record.handOver === undefined ? (record.teardown.confirmed ? 'confirmed' : 'NOT CONFIRMED') : 'kept',
        [...new Set(record.findings.map(({ code }) => code))].join(' '),
        record.software.version,
      ]),
    ),
  );

const schedule = (databases: AuditedDatabase[], period: AuditPeriod): string =>
  renderCsv(
    ['database', 'due', 'drill', 'started', 'delay s', 'verdict'],
    databases.flatMap((audited) =>
      dueRuns(audited, period).map(({ database, due, drill, delaySeconds }) => [
        ...[database, due, drill?.drillId ?? null, drill?.startedAt ?? null],
        ...[delaySeconds, drill?.verdict ?? 'NOT CARRIED OUT'],
      ]),
    ),
  );

const exceptions = (databases: AuditedDatabase[], period: AuditPeriod): string =>
  renderCsv(
    ['database', 'at', 'exception', 'drill', 'what', 'how it ended', 'open'],
    databases.flatMap((audited) =>
      exceptionsOf(audited, period).map(({ database, at, kind, drillId, what, ended, open }) => [
        ...[database, at, kind, drillId, what, ended, open ? 'yes' : 'no'],
      ]),
    ),
  );
