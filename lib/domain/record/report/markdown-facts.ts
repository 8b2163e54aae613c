import {
  formatBytes,
  formatCount,
  formatCountOf,
  formatMoment,
  formatSeconds,
} from '../../text/quantities.ts';
import type { DrillRecord } from '../drill-record.ts';
import { markdownTable, markdownText } from './markdown-text.ts';
import { objectiveResult } from './wording.ts';

/** What, who, when, with which dump and on which server: rows of the table that opens the record. */
export function identity(record: DrillRecord): string[][] {
  const { dump, restore } = record;
  const seconds = (Date.parse(record.endedAt) - Date.parse(record.startedAt)) / 1000;
  const rows: [string, string][] = [
    ['Date', record.startedAt.slice(0, 10)],
    ['Drill', record.drillId],
    ['Kind', kindOf(record)],
    ['Operator', record.operator],
    ['Start', formatMoment(record.startedAt)],
    ['End', formatMoment(record.endedAt)],
    ['Duration', formatSeconds(seconds)],
    ['Ages measured from', formatMoment(record.asOf)],
    ['Dump', dump === null ? 'none' : dump.key],
  ];
  if (dump !== null) {
    rows.push(
      ['Dump taken from', dump.location],
      ['Dump version', dump.versionId ?? 'no object version'],
      ['Format', dump.format],
      ['Size', `${formatBytes(dump.bytes)} (${formatCount(dump.bytes)} bytes)`],
      ['SHA-256', dump.sha256 ?? 'not computed'],
      ['Checksum', dump.checksumVerified ? 'equals the one stored beside the dump' : 'not compared'],
      ['Source server', dump.serverVersion ?? 'not named by the dump'],
      ['Made by', dump.dumpVersion === null ? 'not named by the dump' : `pg_dump ${dump.dumpVersion}`],
    );
  }
  if (restore !== null) {
    const connections = formatCountOf(restore.connections, 'connection');
    rows.push(
      ['Restored into', `PostgreSQL ${restore.serverVersion}, ${restore.engine} engine, ${connections}`],
      ['Restored', `${formatCount(restore.rowsLoaded)} rows from ${formatBytes(restore.bytesRead)}`],
    );
  }
  const { confirmed, detail } = record.teardown;
  rows.push(
    ['Proven dump', record.provenDump ?? 'none'],
    ['Sandbox removed', `${confirmed ? 'confirmed' : 'NOT CONFIRMED'}: ${detail}`],
    ['Software', `restore-drill ${record.software.version}, Node.js ${record.software.node}`],
  );
  if (record.cost !== undefined) {
    const { estimatedUsd, actualUsd } = record.cost;
    rows.push([
      'Cost',
      `about ${actualUsd.toFixed(2)} USD at list prices (estimated ${estimatedUsd.toFixed(2)} USD)`,
    ]);
  }
  return rows.map(([name, value]) => [name, markdownText(value)]);
}

function kindOf({ mode, handOver }: DrillRecord): string {
  if (mode === 'drill') return 'drill: restored to prove, then destroyed';
  return handOver === undefined ? 'real restore: not kept' : 'real restore: kept';
}

/** Promised against measured, and the three instants that an RPO is made of. */
export function objectives({ rto, rpo }: DrillRecord): string[] {
  const duration = (seconds: number | null, otherwise: string) =>
    seconds === null ? otherwise : formatSeconds(seconds);
  const row = (name: string, objective: typeof rto | typeof rpo) => [
    name,
    duration(objective.targetSeconds, 'none set'),
    duration(objective.actualSeconds, 'not measured'),
    objectiveResult(objective),
  ];
  const moment = (at: string | null) => (at === null ? 'not known' : markdownText(formatMoment(at)));
  return [
    markdownTable(['Objective', 'Target', 'Achieved', 'Result'], [row('RTO', rto), row('RPO', rpo)]),
    [
      `- The dump holds the state of: ${moment(rpo.dumpPoint)}`,
      `- Its upload ended: ${moment(rpo.uploadEnd)}`,
      `- Newest row found after the restore: ${moment(rpo.newestRow)}`,
      `- Most that can be lost between two dumps: ${duration(rpo.worstCaseSeconds, 'not known')}`,
      `- RTO of the last proven drill before: ${duration(rto.lastProvenSeconds, 'none')}`,
    ].join('\n'),
  ];
}
