import { type Finding, finding } from '../findings/findings.ts';
import { formatDuration } from '../time/durations.ts';
import { recogniseTimestamp } from '../time/name-timestamp.ts';
import type { DumpObject } from './dump.ts';
import { type DumpPattern, matchDumpName, trustedDumpPattern } from './dump-pattern.ts';

/** A file that must lie beside the dump: one fixed key, or one per run by pattern. */
export interface CompanionRule {
  /** Key below the prefix; null when `pattern` is given. */
  key: string | null;
  /** As in drills.yaml; its timestamp is that of the dump's run. Null when `key` is given. */
  pattern: string | null;
  /** Null: any age. */
  maxAgeSeconds: number | null;
  /** The companion must be a readable archive of this kind; null: its bytes are not looked at. */
  archive: 'tar' | 'tar.gz' | null;
}

export interface CompanionContext {
  /** Start of every key that rules do not repeat. */
  prefix: string;
  timezone: string;
  /** ISO 8601: the moment in the selected dump's name; null when it has none. */
  dumpMoment: string | null;
  /** ISO 8601: the moment from which ages are measured. */
  asOf: string;
  /** Text of small heartbeat files by key: their own timestamp is more honest than that of a copy. */
  texts: ReadonlyMap<string, string>;
}

interface CompanionOutcome {
  findings: Finding[];
  /** The object found for each rule that found one, so that archives can be read. */
  found: { rule: CompanionRule; object: DumpObject }[];
}

/** A companion of the same run is written within this time of the dump: an hour either way. */
const sameRunMs = 3_600_000;
/** Files up to this size are read for a timestamp of their own. */
const heartbeatMaxBytes = 4096;

/** Keys of heartbeat files whose text `judgeCompanions` wants. */
export function heartbeatsToRead(
  objects: readonly DumpObject[],
  rules: readonly CompanionRule[],
  prefix: string,
): string[] {
  const keys = rules.flatMap(({ key, maxAgeSeconds }) =>
    key !== null && maxAgeSeconds !== null ? [prefix + key] : [],
  );
  return objects
    .filter(({ key, sizeBytes }) => keys.includes(key) && sizeBytes > 0 && sizeBytes <= heartbeatMaxBytes)
    .map(({ key }) => key);
}

/** Asks for every companion of a selected dump: missing, empty or too old ones are findings. */
export function judgeCompanions(
  objects: readonly DumpObject[],
  rules: readonly CompanionRule[],
  context: CompanionContext,
): CompanionOutcome {
  const outcome: CompanionOutcome = { findings: [], found: [] };
  for (const rule of rules) {
    const label = rule.key ?? rule.pattern ?? '';
    const missing = (detail: string) =>
      outcome.findings.push(finding('COMPANION_MISSING', `The companion ${label} ${detail}.`));
    const companion =
      rule.key !== null
        ? byKey(objects, context.prefix + rule.key, context)
        : ofSameRun(objects, trustedDumpPattern(label), context);
    if (companion === null) missing('is not there');
    else if (companion.kind === 'other run') {
      missing(`has no file for the dump of ${context.dumpMoment}; the nearest is of ${companion.moment}`);
    } else if (companion.object.sizeBytes === 0) missing(`is empty (${companion.object.key})`);
    else {
      outcome.found.push({ rule, object: companion.object });
      const ageSeconds = (Date.parse(context.asOf) - Date.parse(companion.moment)) / 1000;
      if (rule.maxAgeSeconds !== null && ageSeconds > rule.maxAgeSeconds) {
        outcome.findings.push(
          finding(
            'COMPANION_STALE',
            `The companion ${label} is ${formatDuration(ageSeconds)} old (${companion.moment}); at most ${formatDuration(rule.maxAgeSeconds)} is allowed.`,
          ),
        );
      }
    }
  }
  return outcome;
}

type Companion =
  | { kind: 'found'; object: DumpObject; moment: string }
  | { kind: 'other run'; moment: string };

function byKey(objects: readonly DumpObject[], key: string, context: CompanionContext): Companion | null {
  const object = objects.find((candidate) => candidate.key === key);
  if (object === undefined) return null;
  const text = context.texts.get(key)?.slice(0, heartbeatMaxBytes).trim() ?? '';
  const said = recogniseTimestamp(text.split(/\r?\n/, 1)[0] ?? '', context.timezone);
  return { kind: 'found', object, moment: said?.startsAt ?? object.modifiedAt };
}

function ofSameRun(
  objects: readonly DumpObject[],
  pattern: DumpPattern,
  context: CompanionContext,
): Companion | null {
  const matches = objects.flatMap((object) => {
    if (!object.key.startsWith(context.prefix)) return [];
    const match = matchDumpName(pattern, object.key.slice(context.prefix.length), context.timezone);
    return match.kind === 'match' ? [{ object, timestamp: match.timestamp }] : [];
  });
  const dated = matches.map(({ object, timestamp }) => ({
    object,
    moment: timestamp?.startsAt ?? object.modifiedAt,
    timestamp,
  }));
  const dumpMs = context.dumpMoment === null ? null : Date.parse(context.dumpMoment);
  const distanceMs = (entry: (typeof dated)[number]): number => {
    if (dumpMs === null || entry.timestamp === null) return -Date.parse(entry.moment);
    const start = Date.parse(entry.timestamp.startsAt);
    const end = Date.parse(entry.timestamp.endsAt);
    return dumpMs >= start && dumpMs < end ? 0 : Math.min(Math.abs(dumpMs - start), Math.abs(dumpMs - end));
  };
  const nearest = dated.sort((a, b) => distanceMs(a) - distanceMs(b))[0];
  if (nearest === undefined) return null;
  const { object, moment } = nearest;
  return distanceMs(nearest) > sameRunMs ? { kind: 'other run', moment } : { kind: 'found', object, moment };
}
