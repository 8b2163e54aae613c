import type { DumpObject } from '../domain/backup/dump.ts';
import { dumpMoment, listedMoment } from '../domain/backup/dump-moment.ts';
import { nameKind } from '../domain/backup/dump-names.ts';
import {
  type DumpCandidate,
  type DumpSelection,
  type RefusedDump,
  type SelectionCriteria,
  selectDumps,
} from '../domain/backup/dump-selection.ts';
import type { DatabaseConfig, SourceConfig } from '../domain/config/index.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import type { At } from '../domain/drill/known-at.ts';
import { phaseNames } from '../domain/drill/phase-names.ts';
import { type Finding, finding } from '../domain/findings/findings.ts';
import { formatCountOf } from '../domain/text/quantities.ts';
import { inWords, secondsBetween } from '../domain/time/spans.ts';
import type { DrillPorts, OpenedSource } from '../ports/drill-ports.ts';
import type { ListRange } from '../ports/dump-store.ts';
import { basesLeadingTo } from './choose-base.ts';
import { chooseDump } from './choose-dump.ts';
import { companionFindings } from './companions.ts';
import { openSource } from './configured-source.ts';
import { keepWitness } from './examine-dump.ts';
import { firstOfDatabase } from './first-dump.ts';
import { targetOf } from './recover-base-backup.ts';
import { defineStep } from './step-definition.ts';

const companionsNotAsked = 'the files that must lie beside the backup: it was asked for by name';
const companionsOfRestore =
  'the files that must lie beside the backup, and its age: a real restore takes the best there is';

const ageNotTold =
  'the age of the base backup against source.maxAge: neither its name nor the list of the commands tells its moment';

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
      | 'configuration'
      | 'openStore'
      | 'objects'
      | 'inspector'
      | 'dumpOpening'
      | 'ledger'
      | 'clock'
      | 'evidence'
    >,
  ) => {
    const config = ports.configuration.database(state.database);
    const opened = await openSource(state.database, ports);
    const { store } = opened;
    // No base backup that ended after the moment leads to it.
    const target = targetOf(state, config.source);
    const to = target?.kind === 'time' && state.request.key === null ? target.time : null;
    const objects: DumpObject[] = [];
    for await (const object of store.list(rangeOf(config, opened))) objects.push(object);
    const { key } = state.request;
    const named = key === null ? null : (store.named?.(key) ?? null);
    if (named !== null && !objects.some((object) => object.key === named.key)) objects.push(named);
    const listed = selectDumps(
      objects,
      selectionCriteria(config.source, opened, {
        ...state.request,
        at: state.request.at ?? (target?.kind === 'time' ? target.time : null),
        now: state.startedAt,
      }),
    );
    const leading =
      to === null
        ? { candidates: listed.candidates, findings: [] }
        : await basesLeadingTo(to, listed.candidates, state, ports);
    const selection = { ...listed, candidates: leading.candidates };
    const refusals = selection.refused
      .filter((refused) => refused.key !== selection.newestRefused?.key)
      .slice(0, refusalsNamed)
      .map(passedOver);
    const selected = {
      ...state,
      dumpLocation: store.location,
      findings: [...state.findings, ...selection.findings, ...refusals, ...leading.findings],
    };

    const restoring = state.request.mode === 'restore';
    const nothingElse = selection.candidates.length === 0;
    if (selection.newestRefused !== null && (!restoring || nothingElse))
      return refuseNewest(selected, selection, config);
    const choice = await chooseDump(selection, state, ports);
    if (choice.dump === null)
      return nothingFound(selected, objects, store.location, config.source.physical === null);
    const { newest, older, examined, findings } = await firstOfDatabase(
      { ...choice, dump: choice.dump },
      to,
      state,
      ports,
    );
    const { dump } = examined;

    // Companions belong to the nightly run; of a dump that was asked for by name only its own files are at hand.
    const lone = restoring || state.request.key !== null;
    const moment = dump === null ? listedMoment(newest) : dumpMoment(dump);
    const asOf = state.request.at ?? (state.request.key === null ? state.startedAt : moment);
    const found = {
      ...selected,
      olderDumps: olderOnes(older, config, state),
      dumpIntervalSeconds: config.source.intervalSeconds ?? intervalBetween(newest, older[0]),
      findings: [
        ...selected.findings,
        ...findings,
        ...examined.findings,
        ...(restoring ? [] : tooOld({ key: newest.key, moment }, config.source.maxAgeSeconds, asOf)),
        ...(lone ? [] : await companionFindings(opened, objects, { config, dump: newest, asOf }, ports)),
      ],
      notTested: [
        ...(restoring ? [companionsOfRestore] : []),
        ...(!restoring && lone && config.companions.length > 0 ? [companionsNotAsked] : []),
        ...(hasNoAge(newest, config.source) ? [ageNotTold] : []),
      ],
    };
    await keepWitness(examined.witness, state, ports);
    return dump === null ? { ...found, stage: 'no dump', dump } : { ...found, stage: 'dump selected', dump };
  },
});

/** Beside base backups lies WAL, of which there is far more; their companions may lie anywhere. */
const rangeOf = (
  { source: { physical }, companions }: DatabaseConfig,
  { prefix }: OpenedSource,
): ListRange | undefined =>
  physical === null || companions.length > 0
    ? undefined
    : { beginning: prefix + physical.basePrefix, after: null };

/** What the selection looks for, from drills.yaml and the request. */
export function selectionCriteria(
  source: SourceConfig,
  { store, prefix }: OpenedSource,
  request: { at: string | null; key: string | null; now: string },
): SelectionCriteria {
  return {
    pattern: source.pattern,
    prefix: prefix + (source.physical?.basePrefix ?? ''),
    timezone: source.timezone,
    minBytes: source.minBytes,
    now: request.now,
    at: request.at,
    key: request.key,
    acceptArchived: store.thaw !== undefined,
    ...(source.physical === null ? {} : { walPrefix: prefix + source.physical.walPrefix }),
    ...(source.physical?.commands == null ? {} : { listedByTool: true as const }),
  };
}

const passedOver = ({ key, reason, code }: RefusedDump): Finding =>
  finding(code === 'DUMP_IN_FUTURE' ? code : 'DUMP_REFUSED', `${key} was passed over: ${reason}`);

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

function nothingFound(
  state: DrillState,
  objects: DumpObject[],
  location: string,
  wantsDump: boolean,
): At<'no dump'> {
  const asked = state.request.key;
  const physicalOnly =
    wantsDump &&
    objects.some(({ key }) => key.startsWith(asked ?? '') && nameKind(key) === 'physical backup');
  const found = physicalOnly
    ? finding(
        'PHYSICAL_BACKUP',
        `${asked ?? location} holds a physical base backup or WAL and no logical dump`,
      )
    : asked !== null
      ? finding('DUMP_NOT_FOUND', `${asked} is not in ${location}`)
      : finding(
          'NO_DUMP_FOUND',
          `no eligible ${wantsDump ? 'dump' : 'base backup'} among ${formatCountOf(objects.length, 'object')} of ${location}`,
        );
  return { ...state, stage: 'no dump', findings: [...state.findings, found] };
}

/** Nobody can say how old what a command will bring is. */
const hasNoAge = ({ nameTimestamp }: DumpCandidate, { physical, maxAgeSeconds }: SourceConfig): boolean =>
  physical?.commands != null && maxAgeSeconds !== null && nameTimestamp === null;

function tooOld(
  newest: { key: string; moment: string },
  maxAgeSeconds: number | null,
  asOf: string,
): Finding[] {
  const ageSeconds = secondsBetween(newest.moment, asOf);
  if (maxAgeSeconds === null || ageSeconds <= maxAgeSeconds) return [];
  const message = `the newest backup, ${newest.key}, is ${inWords(ageSeconds)} old; at most ${inWords(maxAgeSeconds)} is allowed`;
  return [finding('DUMP_TOO_OLD', message)];
}

function intervalBetween(newest: DumpCandidate, next: DumpCandidate | undefined): number | null {
  if (next === undefined || newest.nameTimestamp === null || next.nameTimestamp === null) return null;
  return secondsBetween(next.nameTimestamp.startsAt, newest.nameTimestamp.startsAt);
}
