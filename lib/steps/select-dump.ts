import { text } from 'node:stream/consumers';
import { heartbeatsToRead, judgeCompanions } from '../domain/companions.ts';
import type { DatabaseConfig, SourceConfig } from '../domain/config.ts';
import type { DrillState } from '../domain/drill-state.ts';
import type { DumpObject } from '../domain/dump.ts';
import { type DumpCandidate, type DumpSelection, type SelectionCriteria, selectDumps } from '../domain/dump-selection.ts';
import { type Finding, finding } from '../domain/findings.ts';
import { inWords, secondsBetween } from '../domain/objectives.ts';
import type { DumpStore } from '../ports/dump-store.ts';
import { examineDump } from './examine-dump.ts';
import type { StepWith } from './step.ts';
import { openSource } from './thaw-dump.ts';

/** At most this many refused candidates are named in the record. */
const refusalsNamed = 10;

/**
 * Lists the source to its last page, chooses the newest eligible dump (or the one asked for), looks at its first
 * bytes and its companions, and keeps older candidates for a walk-back.
 */
export const selectDumpStep: StepWith<'configuration' | 'openStore' | 'inspector' | 'passphrase'> = async (
  state,
  ports,
) => {
  const config = ports.configuration.database(state.database);
  const store = await openSource(state.database, ports);
  const objects: DumpObject[] = [];
  for await (const object of store.list()) objects.push(object);
  const selection = selectDumps(objects, selectionCriteria(config.source, store, state.request));
  const refusals = selection.refused
    .filter((refused) => refused.key !== selection.newestRefused?.key)
    .slice(0, refusalsNamed)
    .map(({ key, reason }) => finding('DUMP_REFUSED', `${key} was passed over: ${reason}`));
  const selected = { ...state, dumpLocation: store.location, findings: [...state.findings, ...refusals] };

  if (selection.newestRefused !== null) return refuseNewest(selected, selection, config);
  const [newest, ...older] = selection.candidates;
  if (newest === undefined) return nothingFound(selected, selection, objects.length, store.location);

  const examined = await examineDump(newest, state.database, ports);
  const asOf = state.request.at ?? (state.request.key === null ? state.startedAt : momentOf(newest));
  return {
    ...selected,
    stage: examined.dump === null ? 'no dump' : 'dump selected',
    dump: examined.dump,
    olderDumps: olderOnes(older, config, state),
    dumpIntervalSeconds: config.source.intervalSeconds ?? intervalBetween(newest, older[0]),
    findings: [
      ...selected.findings,
      ...examined.findings,
      ...tooOld(newest, config.source.maxAgeSeconds, asOf),
      ...(await companionFindings(store, objects, config, newest, asOf)),
    ],
  };
};

/** What the selection looks for, from drills.yaml and the request. */
export function selectionCriteria(
  source: SourceConfig,
  store: DumpStore,
  request: { at: string | null; key: string | null },
): SelectionCriteria {
  return {
    pattern: source.pattern,
    prefix: source.kind === 's3' ? source.prefix : '',
    timezone: source.timezone,
    minBytes: source.minBytes,
    at: request.at,
    key: request.key,
    acceptArchived: store.thaw !== undefined,
  };
}

const momentOf = (candidate: DumpCandidate): string => candidate.nameTimestamp?.startsAt ?? candidate.modifiedAt;

/** A drill of one named dump tries no other. */
function olderOnes(older: DumpCandidate[], config: DatabaseConfig, state: DrillState): DumpCandidate[] {
  return state.request.key === null ? older.slice(0, config.walkBack.maxDumps - 1) : [];
}

/** Last night's dump is there but cannot be one: proving the night before instead would hide that. */
function refuseNewest(state: DrillState, selection: DumpSelection, config: DatabaseConfig): DrillState {
  const { key, reason, code } = selection.newestRefused!;
  return {
    ...state,
    stage: 'no dump',
    olderDumps: olderOnes(selection.candidates, config, state),
    findings: [...state.findings, finding(code, `${key}: ${reason}`)],
  };
}

function nothingFound(state: DrillState, selection: DumpSelection, seen: number, location: string): DrillState {
  const asked = state.request.key;
  const found =
    asked !== null
      ? finding('DUMP_NOT_FOUND', `${asked} is not in ${location}`)
      : selection.ignoredPhysical > 0
        ? finding('PHYSICAL_BACKUP', `${location} holds a physical base backup or WAL and no logical dump`)
        : finding('NO_DUMP_FOUND', `no eligible dump among ${seen} objects of ${location}`);
  return { ...state, stage: 'no dump', findings: [...state.findings, found] };
}

function tooOld(newest: DumpCandidate, maxAgeSeconds: number | null, asOf: string): Finding[] {
  const ageSeconds = secondsBetween(momentOf(newest), asOf);
  if (maxAgeSeconds === null || ageSeconds <= maxAgeSeconds) return [];
  const message = `the newest dump, ${newest.key}, is ${inWords(ageSeconds)} old; at most ${inWords(maxAgeSeconds)} is allowed`;
  return [finding('DUMP_TOO_OLD', message)];
}

function intervalBetween(newest: DumpCandidate, next: DumpCandidate | undefined): number | null {
  if (next === undefined || newest.nameTimestamp === null || next.nameTimestamp === null) return null;
  return secondsBetween(next.nameTimestamp.startsAt, newest.nameTimestamp.startsAt);
}

async function companionFindings(
  store: DumpStore,
  objects: DumpObject[],
  config: DatabaseConfig,
  dump: DumpCandidate,
  asOf: string,
): Promise<Finding[]> {
  if (config.companions.length === 0) return [];
  const prefix = config.source.kind === 's3' ? config.source.prefix : '';
  const texts = new Map<string, string>();
  for (const key of heartbeatsToRead(objects, config.companions, prefix)) {
    texts.set(key, await text(await store.open(key)));
  }
  const dumpMoment = dump.nameTimestamp?.startsAt ?? null;
  const { timezone } = config.source;
  return judgeCompanions(objects, config.companions, { prefix, timezone, dumpMoment, asOf, texts }).findings;
}
