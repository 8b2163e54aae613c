import { Document, isMap, isSeq, stringify, type YAMLMap, YAMLSeq } from 'yaml';
import { formatCountOf } from '../text/quantities.ts';
import { visibleText } from '../text/visible-text.ts';
import { inWords } from '../time/spans.ts';
import { type MomentOfDump, type ProposedCheck, proposeChecks } from './propose-checks.ts';
import { type ProposedNames, proposeNames } from './propose-pattern.ts';
import { intervalText, proposedCron } from './propose-schedule.ts';
import type { RestoredDatabase } from './restored-schema.ts';
import type { ListedSeries } from './survey-listing.ts';

/** What `init` knows after a proven drill. Names, counts and moments; no row value. */
export interface ProposalFacts extends MomentOfDump {
  /** Name of the configured database. */
  database: string;
  /** Where the dump lies. `path` and `key` use `/`; a path is relative to where drills.yaml will lie, or absolute. */
  source:
    | { kind: 'folder'; path: string }
    | {
        kind: 's3';
        bucket: string;
        key: string;
        region: string | null;
        endpointUrl: string | null;
        pathStyle: boolean | null;
      };
  passphraseEnv: string | null;
  /** From the go decision to the last passed check. */
  restoredInSeconds: number | null;
  /** Options the drill needed to prove this dump. */
  restore: { keepOrder?: string[] };
  /** Databases of the dump that hold tables, the main one first. */
  restored: RestoredDatabase[];
  dumpKey: string;
  /** What it rests on: a proven drill (default), the definitions of a dump that was not restored, or a listing alone. */
  basis?: 'drill' | 'definitions' | 'listing';
  /** Where the source was listed. */
  listed?: ListedSeries;
}

/**
 * A commented drills.yaml that proves the same dump again: what was seen becomes what is asked, with room to breathe,
 * and what only the owner can know (objectives, uniqueness) stands there as a comment.
 */
export function proposeConfig(facts: ProposalFacts): string {
  const names =
    facts.listed ?? proposeNames(facts.source.kind === 'folder' ? facts.source.path : facts.source.key);
  const checks = facts.restored.flatMap((database) => {
    const where = facts.restored.length > 1 ? { database: database.name } : {};
    return proposeChecks(database, facts).map((proposed) => ({
      ...proposed,
      entry: { ...proposed.entry, ...where },
    }));
  });
  const restore = Object.keys(facts.restore).length === 0 ? {} : { restore: facts.restore };
  const active = checks.filter(({ suggestion }) => !suggestion);
  const document = new Document({
    databases: {
      [facts.database]: { source: sourceOf(facts, names), ...plansOf(facts), ...restore, checks: [] },
    },
  });
  document.commentBefore = [
    ...basisLines(facts),
    ' The built-in checks (objects, row counts against the dump, foreign keys, sequences, indexes …) run in any case.',
  ].join('\n');
  const list = new YAMLSeq();
  const pending: string[] = [];
  for (const proposed of checks) {
    if (proposed.suggestion) {
      pending.push(...suggestionLines(proposed));
      continue;
    }
    const node = flowInside(document.createNode(proposed.entry) as YAMLMap);
    if (proposed.because !== null) pending.push(` ${proposed.because}`);
    node.commentBefore = pending.splice(0).join('\n');
    list.items.push(node);
  }
  if (pending.length > 0) list.comment = pending.join('\n');
  list.flow = active.length === 0;
  document.setIn(['databases', facts.database, 'checks'], list);
  commentKeys(document, facts, names);
  return document.toString({
    lineWidth: 110,
    indentSeq: true,
    commentString: (text) => text.replace(/^/gm, '#'),
  });
}

function sourceOf(
  { source, passphraseEnv, listed }: ProposalFacts,
  { folder, pattern }: ProposedNames,
): Record<string, unknown> {
  const common = {
    ...(pattern === null ? {} : { pattern }),
    ...intervalOf(listed),
    ...(passphraseEnv === null ? {} : { decrypt: { passphraseEnv } }),
  };
  if (source.kind === 'folder')
    return { folder: folder === '' ? (source.path.startsWith('/') ? '/' : '.') : folder, ...common };
  const { bucket, region, endpointUrl, pathStyle } = source;
  return {
    bucket,
    ...(folder === '' ? {} : { prefix: `${folder}/` }),
    ...(region === null ? {} : { region }),
    ...(endpointUrl === null ? {} : { endpointUrl }),
    ...(pathStyle === null ? {} : { pathStyle }),
    ...common,
  };
}

function intervalOf(listed: ListedSeries | undefined): { interval?: string } {
  const seconds = listed?.intervalSeconds ?? null;
  const text = seconds === null ? null : intervalText(seconds);
  return text === null ? {} : { interval: text };
}

function basisLines({ basis = 'drill', dumpKey, listed }: ProposalFacts): string[] {
  const key = visibleText(dumpKey);
  if (basis === 'drill')
    return [
      ` Proposed by restore-drill init after a drill of ${key} that ended PROVEN.`,
      ' The checks ask for what that dump held, with room to breathe: read them, then tighten what you know better.',
    ];
  const from =
    listed === undefined
      ? ''
      : ` from the names of ${formatCountOf(listed.count, 'dump')}, the newest ${visibleText(listed.newestKey)}`;
  if (basis === 'listing')
    return [
      ` Proposed by restore-drill init${from}. No dump was read.`,
      ' For checks, give init one dump: it is drilled, or with --schema-only only its definitions are read.',
    ];
  return [
    ` Proposed by restore-drill init from the definitions in ${key}. Nothing was restored, so no rows were seen:`,
    ' floors and ages are yours to say. A drill of it proposes them.',
  ];
}

/** What a listing tells of how often dumps are made and what lies beside them. */
function plansOf({ listed }: ProposalFacts): Record<string, unknown> {
  if (listed === undefined) return {};
  const { companions, intervalSeconds, uploadedAtMinute, newestMoment } = listed;
  const cron = proposedCron(intervalSeconds, uploadedAtMinute, new Date(newestMoment).getUTCDay());
  return {
    schedule: { cron },
    ...(companions.length === 0 ? {} : { companions: companions.map((pattern) => ({ pattern })) }),
  };
}

/** Comments before keys of the database: they belong to the key, not to the value. */
function commentKeys(document: Document, facts: ProposalFacts, { pattern, dated }: ProposedNames): void {
  const database = document.getIn(['databases', facts.database]);
  if (!isMap(database)) return;
  const comment = (name: string, text: string): void => {
    for (const { key } of database.items) {
      if (isNamed(key, name)) key.commentBefore = text;
    }
  };
  if (pattern === null)
    comment(
      'source',
      ' The name of the dump cannot stand in a pattern: anything that could be a dump is taken.',
    );
  else if (!dated)
    comment(
      'source',
      ' The name of the dump tells no moment: the pattern matches this one name. {timestamp} stands for a moment.',
    );
  if (facts.listed !== undefined) {
    const { haveChecksums } = facts.listed;
    if (haveChecksums)
      comment('source', ' Every dump has a checksum beside it: it is verified without being asked for.');
    comment(
      'schedule',
      ' For drills in AWS: an hour after the usual upload, UTC. On one machine cron or a timer does it.',
    );
  }
  comment('checks', objectivesText(facts.restoredInSeconds));
}

const isNamed = (key: unknown, name: string): key is { value: string; commentBefore?: string | null } =>
  typeof key === 'object' && key !== null && 'value' in key && key.value === name;

function objectivesText(restoredInSeconds: number | null): string {
  const measured =
    restoredInSeconds === null
      ? 'was not measured'
      : `took ${inWords(Math.max(1, Math.round(restoredInSeconds)))} here`;
  return [
    ` What was promised: a missed objective makes a drill NOT_PROVEN. The restore ${measured}; a larger sandbox or a`,
    ' real one elsewhere takes longer. The RPO depends on how often dumps are made.',
    ` objectives: { rto: ${proposedRto(restoredInSeconds)}, rpo: 24h }`,
  ].join('\n');
}

/** Four times the measured time, rounded up to five minutes, then to half hours, then to hours. */
export function proposedRto(restoredInSeconds: number | null): string {
  if (restoredInSeconds === null) return '4h';
  const minutes = (restoredInSeconds * 4) / 60;
  const step = minutes <= 30 ? 5 : minutes <= 240 ? 30 : 60;
  const rounded = Math.max(step, Math.ceil(minutes / step) * step);
  return rounded % 60 === 0 ? `${rounded / 60}h` : `${rounded}m`;
}

function suggestionLines({ entry, because }: ProposedCheck): string[] {
  const text = stringify(entry, { collectionStyle: 'flow', lineWidth: 0 }).trim();
  return [...(because === null ? [] : [` ${because}:`]), ` - ${text}`];
}

/** `- rows: { table: public.orders, min: 50 }`: one line per check where it fits. */
function flowInside(entry: YAMLMap): YAMLMap {
  for (const { value } of entry.items)
    if (isFlowable(value)) value.flow = !isSeq(value) || value.items.length <= mostOnOneLine;
  return entry;
}

const isFlowable = (value: unknown): value is { flow?: boolean } =>
  typeof value === 'object' && value !== null && 'items' in value;

/** Longer lists of tables get a line each, so that a later change shows as one line of a diff. */
const mostOnOneLine = 4;
