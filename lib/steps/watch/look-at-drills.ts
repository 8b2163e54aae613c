import { evidenceOf, watchId } from '../../contract/evidence.ts';
import type { ChoosableKind } from '../../domain/config/choosable-kinds.ts';
import { type ObjectiveBreak, objectiveBreak } from '../../domain/forecast/objective-break.ts';
import type { DrillRecord } from '../../domain/record/drill-record.ts';
import type { DrillFacts, ProvenInKind } from '../../domain/watch/facts.ts';
import type { EvidenceStore } from '../../ports/evidence-store.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { DrillPointers, WatchedDatabase } from '../../ports/watching.ts';

/** Records that are read again: among as many daily ones there is the last monthly one in another kind of sandbox. */
const laterLookRecords = 48;
/** A monthly drill behind two a day is found the first time; afterwards it is remembered. */
const firstLookRecords = 100;

export interface DrillLookPorts {
  ledger: Pick<Ledger, 'lastProven' | 'history'>;
  pointers: DrillPointers;
  evidence: Pick<EvidenceStore, 'find' | 'write'>;
}

type Known = NonNullable<WatchedDatabase['drills']>;

/** What the ledger says of a database. Its records are read again only when there is a new one. */
export async function lookAtDrills(
  database: string,
  { rtoTargetSeconds, kinds }: { rtoTargetSeconds: number | null; kinds: readonly ChoosableKind[] },
  known: WatchedDatabase | null,
  { ledger, pointers, evidence }: DrillLookPorts,
  now: string,
): Promise<Known> {
  const ids = await pointers.newest(database);
  const before = known?.drills ?? null;
  if (
    before !== null &&
    before.provenDrillId === ids.provenDrillId &&
    before.newestDrillId === ids.newestDrillId &&
    before.rtoTargetSeconds === rtoTargetSeconds &&
    kinds.every((kind) => before.facts.inKinds?.[kind] !== undefined)
  ) {
    return before;
  }
  const proven = ids.provenDrillId === null ? null : await ledger.lastProven(database);
  const records =
    ids.newestDrillId === null ? [] : await ledger.history({ database, limit: recordsFor(kinds, before) });
  const facts: DrillFacts = {
    provenAt: proven?.endedAt ?? null,
    ...(kinds.length > 0 ? { inKinds: provenInKinds(kinds, records, before, now) } : {}),
    firstWatchedAt: known?.firstWatchedAt ?? (await firstWatched(database, evidence, now)),
    lastDrill: lastDrillOf(records),
    rtoBreak: rtoTargetSeconds === null ? null : firstBreak(records, rtoTargetSeconds),
  };
  return { ...ids, rtoTargetSeconds, facts };
}

/** Only the first look must find a monthly drill behind daily ones; later ones remember it. */
const recordsFor = (kinds: readonly ChoosableKind[], before: Known | null): number =>
  kinds.some((kind) => before?.facts.inKinds?.[kind] === undefined) ? firstLookRecords : laterLookRecords;

function provenInKinds(
  kinds: readonly ChoosableKind[],
  records: readonly DrillRecord[],
  before: Known | null,
  now: string,
): NonNullable<DrillFacts['inKinds']> {
  const entries = kinds.map((kind): [ChoosableKind, ProvenInKind] => {
    const known = before?.facts.inKinds?.[kind];
    // Records of earlier releases do not say in which kind they were made: they are no reason for an alarm.
    const newest = records.find(
      ({ mode, verdict, sandbox = kind }) => mode === 'drill' && verdict === 'PROVEN' && sandbox === kind,
    );
    return [
      kind,
      { provenAt: newest?.endedAt ?? known?.provenAt ?? null, scheduledSince: known?.scheduledSince ?? now },
    ];
  });
  return Object.fromEntries(entries);
}

/** A start that was refused because another drill ran says nothing of the backup: the other one does. */
function lastDrillOf(records: DrillRecord[]): DrillFacts['lastDrill'] {
  const record = records.find(
    ({ mode, findings }) =>
      mode === 'drill' && !findings.some(({ code }) => code === 'DRILL_ALREADY_RUNNING'),
  );
  if (record === undefined) return null;
  const { drillId, verdict, endedAt, findings } = record;
  const missedObjective = findings.some(({ code }) => code === 'RTO_MISSED' || code === 'RPO_MISSED');
  return { drillId, verdict, endedAt, missedObjective };
}

/**
 * By the newest forecast of each kind of sandbox, which stands in its record; against the objective of today. A drill that could not
 * run made none.
 */
function firstBreak(records: readonly DrillRecord[], rtoTargetSeconds: number): ObjectiveBreak | null {
  const kinds = new Set(records.map(({ sandbox }) => sandbox));
  const breaks = [...kinds].flatMap((kind) => {
    const forecast = records.find(
      (record) => record.sandbox === kind && record.forecast !== undefined,
    )?.forecast;
    return forecast === undefined ? [] : (objectiveBreak(forecast, rtoTargetSeconds) ?? []);
  });
  return breaks.sort((a, b) => (a.at < b.at ? -1 : 1))[0] ?? null;
}

/** A database that was never proven counts from the first time it was watched, also when the memory was lost. */
export async function firstWatched(
  database: string,
  evidence: DrillLookPorts['evidence'],
  now: string,
): Promise<string> {
  const known = await evidence.find(evidenceOf.firstWatched(database), watchId);
  if (known !== null) return known.at;
  await evidence.write(evidenceOf.firstWatched(database), watchId, { at: now });
  return now;
}
