import { heartbeatsToRead, judgeCompanions } from '../domain/backup/companions.ts';
import type { DumpObject } from '../domain/backup/dump.ts';
import { nameKind } from '../domain/backup/dump-names.ts';
import {
  type DumpCandidate,
  type DumpSelection,
  type SelectionCriteria,
  selectDumps,
} from '../domain/backup/dump-selection.ts';
import type { DatabaseConfig, SourceConfig } from '../domain/config/index.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import type { At } from '../domain/drill/known-at.ts';
import { phaseNames } from '../domain/drill/phase-names.ts';
import { type Finding, finding } from '../domain/findings/findings.ts';
import { inWords, secondsBetween } from '../domain/time/spans.ts';
import type { DrillPorts, OpenedSource } from '../ports/drill-ports.ts';
import { chooseDump } from './choose-dump.ts';
import { openSource } from './configured-source.ts';
import { examineDump, keepWitness } from './examine-dump.ts';
import { defineStep } from './step-definition.ts';

const companionsNotAsked = 'the files that must lie beside the dump: it was asked for by name';
const companionsOfRestore =
  'the files that must lie beside the dump, and its age: a real restore takes the best there is';

/** At most this many refused candidates are named in the record. */
const refusalsNamed = 10;

/**
 * Lists the source to its last page, chooses the newest eligible dump (or the one asked for), looks at its first
 * bytes and its companions, and keeps older candidates for a walk-back.
 */
export const selectDumpStep = defineStep({
  phase: phaseNames.select,
  from: ['accepted'],
  to: ['dump selected', 'no dump'],
  run: async (
    state,
    ports: Pick<
      DrillPorts,
      'configuration' | 'openStore' | 'objects' | 'inspector' | 'passphrase' | 'ledger' | 'clock' | 'evidence'
    >,
  ) => {
    const config = ports.configuration.database(state.database);
    const opened = await openSource(state.database, ports);
    const { store } = opened;
    const objects: DumpObject[] = [];
    for await (const object of store.list()) objects.push(object);
    const selection = selectDumps(objects, selectionCriteria(config.source, opened, state.request));
    const refusals = selection.refused
      .filter((refused) => refused.key !== selection.newestRefused?.key)
      .slice(0, refusalsNamed)
      .map(({ key, reason }) => finding('DUMP_REFUSED', `${key} was passed over: ${reason}`));
    const selected = { ...state, dumpLocation: store.location, findings: [...state.findings, ...refusals] };

    const restoring = state.request.mode === 'restore';
    const nothingElse = selection.candidates.length === 0;
    if (selection.newestRefused !== null && (!restoring || nothingElse))
      return refuseNewest(selected, selection, config);
    const { dump: newest, older, findings } = await chooseDump(selection, state, ports);
    if (newest === null) return nothingFound(selected, objects, store.location);

    // Companions belong to the nightly run; of a dump that was asked for by name only its own files are at hand.
    const lone = restoring || state.request.key !== null;
    const examined = await examineDump(newest, state.database, ports);
    const asOf = state.request.at ?? (state.request.key === null ? state.startedAt : momentOf(newest));
    const found = {
      ...selected,
      olderDumps: olderOnes(older, config, state),
      dumpIntervalSeconds: config.source.intervalSeconds ?? intervalBetween(newest, older[0]),
      findings: [
        ...selected.findings,
        ...findings,
        ...examined.findings,
        ...(restoring ? [] : tooOld(newest, config.source.maxAgeSeconds, asOf)),
        ...(lone ? [] : await companionFindings(opened, objects, config, newest, asOf, ports)),
      ],
      notTested: restoring
        ? [companionsOfRestore]
        : lone && config.companions.length > 0
          ? [companionsNotAsked]
          : [],
    };
    await keepWitness(examined.witness, state, ports);
    const { dump } = examined;
    return dump === null ? { ...found, stage: 'no dump', dump } : { ...found, stage: 'dump selected', dump };
  },
});

/** What the selection looks for, from drills.yaml and the request. */
export function selectionCriteria(
  source: SourceConfig,
  { store, prefix }: OpenedSource,
  request: { at: string | null; key: string | null },
): SelectionCriteria {
  return {
    pattern: source.pattern,
    prefix,
    timezone: source.timezone,
    minBytes: source.minBytes,
    at: request.at,
    key: request.key,
    acceptArchived: store.thaw !== undefined,
  };
}

const momentOf = (candidate: DumpCandidate): string =>
  candidate.nameTimestamp?.startsAt ?? candidate.modifiedAt;

/** A drill of one named dump tries no other. */
function olderOnes(older: DumpCandidate[], config: DatabaseConfig, state: DrillState): DumpCandidate[] {
  return state.request.key === null ? older.slice(0, config.walkBack.maxDumps - 1) : [];
}

/** Last night's dump is there but cannot be one: proving the night before instead would hide that. */
function refuseNewest(state: DrillState, selection: DumpSelection, config: DatabaseConfig): At<'no dump'> {
  const { key, reason, code } = selection.newestRefused!;
  return {
    ...state,
    stage: 'no dump',
    olderDumps: olderOnes(selection.candidates, config, state),
    findings: [...state.findings, finding(code, `${key}: ${reason}`)],
  };
}

function nothingFound(state: DrillState, objects: DumpObject[], location: string): At<'no dump'> {
  const asked = state.request.key;
  const physicalOnly = objects.some(
    ({ key }) => key.startsWith(asked ?? '') && nameKind(key) === 'physical backup',
  );
  const found = physicalOnly
    ? finding(
        'PHYSICAL_BACKUP',
        `${asked ?? location} holds a physical base backup or WAL and no logical dump`,
      )
    : asked !== null
      ? finding('DUMP_NOT_FOUND', `${asked} is not in ${location}`)
      : finding('NO_DUMP_FOUND', `no eligible dump among ${objects.length} objects of ${location}`);
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
  { store, prefix }: OpenedSource,
  objects: DumpObject[],
  config: DatabaseConfig,
  dump: DumpCandidate,
  asOf: string,
  ports: Pick<DrillPorts, 'objects'>,
): Promise<Finding[]> {
  if (config.companions.length === 0) return [];
  const texts = new Map<string, string>();
  for (const key of heartbeatsToRead(objects, config.companions, prefix)) {
    texts.set(key, await ports.objects.text(store, key));
  }
  const dumpMoment = dump.nameTimestamp?.startsAt ?? null;
  const { timezone } = config.source;
  const outcome = judgeCompanions(objects, config.companions, { prefix, timezone, dumpMoment, asOf, texts });
  const damaged = await Promise.all(
    outcome.found.map(async ({ rule, object }) => {
      const problem =
        rule.archive === null ? null : await ports.objects.archiveProblem(store, object.key, rule.archive);
      return problem === null
        ? []
        : [finding('COMPANION_DAMAGED', `the companion ${object.key} does not unpack: ${problem}`)];
    }),
  );
  return [...outcome.findings, ...damaged.flat()];
}
