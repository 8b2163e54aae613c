import {
  formatBytes,
  formatCount,
  formatCountOf,
  formatMoment,
  formatSeconds,
} from '../../text/quantities.ts';
import { backupWord, isBaseBackup } from '../backup-words.ts';
import type { DrillRecord } from '../drill-record.ts';
import type { Principal, RecordPlace } from '../provenance.ts';
import { sealSentences } from './known-seal.ts';
import type { ReportContext } from './report-context.ts';
import { objectiveResult, walSentence } from './wording.ts';

/** A name and what stands behind it: text as it is in the record, for the renderer to make safe. */
export type Fact = [name: string, value: string];

/** What, who, when, with which dump and on which server: the facts that every report to file opens with. */
export function identityFacts(record: DrillRecord, { seal }: ReportContext): Fact[] {
  const { dump, restore } = record;
  const physical = isBaseBackup(record);
  const seconds = (Date.parse(record.endedAt) - Date.parse(record.startedAt)) / 1000;
  const rows: Fact[] = [
    ['Date', record.startedAt.slice(0, 10)],
    ['Drill', record.drillId],
    ['Kind', kindOf(record)],
    ['Operator', operatorText(record)],
    ...approver(record),
    ...restoreJob(record),
    ['Start', formatMoment(record.startedAt)],
    ['End', formatMoment(record.endedAt)],
    ['Duration', formatSeconds(seconds)],
    ['Ages measured from', formatMoment(record.asOf)],
    [physical ? 'Base backup' : 'Dump', dump === null ? 'none' : dump.key],
  ];
  if (dump !== null) {
    const { versionId, sha256, checksumVerified, serverVersion, dumpVersion } = dump;
    const ofDump = (...facts: Fact[]) => (physical ? [] : facts);
    rows.push(
      [physical ? 'Taken from' : 'Dump taken from', dump.location],
      ...ofDump(['Dump version', versionId ?? 'no object version']),
      ['Format', dump.format],
      [
        'Size',
        dump.bytes === 0 ? 'not known' : `${formatBytes(dump.bytes)} (${formatCount(dump.bytes)} bytes)`,
      ],
      ...ofDump(
        ['SHA-256', sha256 ?? 'not computed'],
        ['Checksum', checksumVerified ? 'equals the one stored beside the dump' : 'not compared'],
        ['Source server', serverVersion ?? 'not named by the dump'],
        ['Made by', dumpVersion === null ? 'not named by the dump' : `pg_dump ${dumpVersion}`],
      ),
    );
  }
  if (restore !== null) {
    const connections = formatCountOf(restore.connections, 'connection');
    rows.push(
      physical
        ? ['Recovered on', `PostgreSQL ${restore.serverVersion}`]
        : ['Restored into', `PostgreSQL ${restore.serverVersion}, ${restore.engine} engine, ${connections}`],
      physical
        ? ['Unpacked', formatBytes(restore.bytesRead)]
        : ['Restored', `${formatCountOf(restore.rowsLoaded, 'row')} from ${formatBytes(restore.bytesRead)}`],
    );
  }
  const { confirmed, detail } = record.teardown;
  rows.push(
    [physical ? 'Proven base backup' : 'Proven dump', record.provenDump ?? 'none'],
    ['Sandbox removed', `${confirmed ? 'confirmed' : 'NOT CONFIRMED'}: ${detail}`],
    ['Seal', sealSentences(seal).replaceAll('`', '')],
    ['Software', softwareText(record)],
    ...origin(record),
  );
  if (record.cost !== undefined) {
    const { estimatedUsd, actualUsd } = record.cost;
    rows.push([
      'Cost',
      `about ${actualUsd.toFixed(2)} USD at list prices (estimated ${estimatedUsd.toFixed(2)} USD)`,
    ]);
  }
  return rows;
}

const restoreJob = ({ asked }: DrillRecord): Fact[] =>
  asked?.restoreJobId === undefined ? [] : [['Restore job of AWS Backup', asked.restoreJobId]];

/** Which stretch of WAL was replayed; none of a dump. */
export function recoveryFacts({ recovered }: DrillRecord): Fact[] {
  if (recovered === undefined) return [];
  const { pages, archivedAt, archiveLagSeconds } = recovered;
  const rows: Fact[] = [
    ['Cluster', `system identifier ${recovered.systemIdentifier}`],
    ['WAL', walSentence(recovered)],
    ['Consistent at', recovered.consistentLsn ?? 'not said'],
    [
      'Last commit',
      recovered.lastCommitAt === null ? 'none behind the base backup' : formatMoment(recovered.lastCommitAt),
    ],
    [
      'Newest file of the archive',
      archivedAt === null || archiveLagSeconds === null
        ? recovered.walSegments > 0
          ? 'not known: the archive was asked for one file after another'
          : 'none'
        : `${formatMoment(archivedAt)}, ${formatSeconds(archiveLagSeconds)} before`,
    ],
    [
      'Pages by checksum',
      pages === null
        ? 'not compared: the cluster has no checksums'
        : `${formatCount(pages.pages)} in ${formatCountOf(pages.files, 'file')}, ${formatCount(pages.bad)} bad`,
    ],
  ];
  return rows;
}

const bases: Record<Principal['basis'], string> = {
  'operating system': 'by the operating system',
  'the request': 'as the request says; CloudTrail names who started the execution',
  'caller identity': 'by the credentials that answered',
  'signed link': 'whoever had the link of the notification',
  configuration: 'no person was asked',
};

const principalText = ({ name, basis }: Principal): string => `${name} (${bases[basis]})`;

const operatorText = ({ operator, people }: DrillRecord): string =>
  people === undefined ? operator : principalText(people.operator);

const approver = ({ people }: DrillRecord): [string, string][] =>
  people?.approver == null ? [] : [['Approved or declined by', principalText(people.approver)]];

function softwareText({ software: { version, node, commit } }: DrillRecord): string {
  const built = commit === undefined ? '' : ` (commit ${commit})`;
  return `restore-drill ${version}${built}, Node.js ${node}`;
}

/** Where the record was sealed, what it was asked, and the record before. */
function origin({ place, configuration, previous }: DrillRecord): [string, string][] {
  return [
    ...(place === undefined ? [] : [['Sealed on', placeText(place)] satisfies [string, string]]),
    ...(configuration === undefined
      ? []
      : [
          [
            'Configuration',
            configuration === null ? 'none could be read' : `SHA-256 ${configuration.sha256}`,
          ] satisfies [string, string],
        ]),
    ...(previous === undefined
      ? []
      : [
          [
            'Record before',
            previous === null
              ? 'none: the first of this database'
              : `${previous.drillId}, SHA-256 ${previous.sha256}`,
          ] satisfies [string, string],
        ]),
  ];
}

const placeText = (place: RecordPlace): string =>
  place.kind === 'host'
    ? `host ${place.host}`
    : `function ${place.function} in account ${place.account}, ${place.region}; execution ${place.execution}`;

function kindOf({ mode, handOver }: DrillRecord): string {
  if (mode === 'drill') return 'drill: restored to prove, then destroyed';
  return handOver === undefined ? 'real restore: not kept' : 'real restore: kept';
}

/** Promised against measured: name, target, achieved, result. */
export function objectiveRows({ rto, rpo }: DrillRecord): string[][] {
  const row = (name: string, objective: typeof rto | typeof rpo) => [
    name,
    duration(objective.targetSeconds, 'none set'),
    duration(objective.actualSeconds, 'not measured'),
    objectiveResult(objective),
  ];
  return [row('RTO', rto), row('RPO', rpo)];
}

/** The three instants that an RPO is made of, and what the two objectives are compared with. */
export function objectiveFacts(record: DrillRecord): Fact[] {
  const { rto, rpo } = record;
  const moment = (at: string | null) => (at === null ? 'not known' : formatMoment(at));
  return [
    [`The ${backupWord(record)} holds the state of`, moment(rpo.dumpPoint)],
    ['Its upload ended', moment(rpo.uploadEnd)],
    ['Newest row found after the restore', moment(rpo.newestRow)],
    ['Most that can be lost between two dumps', duration(rpo.worstCaseSeconds, 'not known')],
    ['RTO of the last proven drill before', duration(rto.lastProvenSeconds, 'none')],
  ];
}

/** Of a real restore that was kept: where the database is. */
export const handOverFacts = (kept: NonNullable<DrillRecord['handOver']>): Fact[] => [
  ['Instance', kept.sandboxId],
  ['Endpoint', `${kept.endpoint}:${kept.port}`],
  ['Master role', kept.masterRole],
  ['Secret', kept.secretArn ?? 'none'],
  ['Complete', kept.complete ? 'yes' : 'NO'],
];

const duration = (seconds: number | null, otherwise: string): string =>
  seconds === null ? otherwise : formatSeconds(seconds);
