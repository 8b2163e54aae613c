import { backupOf } from '../domain/backup/kinds.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import type { DrillPhase } from '../domain/drill/facts.ts';
import type { At } from '../domain/drill/known-at.ts';
import { machineKnows } from '../domain/drill/machine-edition.ts';
import { phaseNames } from '../domain/drill/phase-names.ts';
import { extendPhases } from '../domain/drill/phases.ts';
import { secondsBetween } from '../domain/time/spans.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { writeReadRequest } from './restore-request.ts';

/** A dump that is smaller than this share of the last proven one is looked at before it costs an instance. */
const shrunkenShare = 0.9;

type ReadFirstPorts = Pick<DrillPorts, 'configuration' | 'ledger' | 'clock' | 'evidence' | 'placeRestore'>;

/**
 * Sends a drill whose dump is in doubt to be read before its sandbox is made: one after the other and not at once, so
 * that a broken dump costs no instance at all, however long its reading takes. Never a real restore, where minutes
 * count, and only where there is a task to read with.
 */
export async function readFirst(
  planned: At<'sandbox planned'>,
  ports: ReadFirstPorts,
): Promise<At<'sandbox planned' | 'dump to read'>> {
  const { placeRestore } = ports;
  if (planned.request.mode === 'restore' || placeRestore === null) return planned;
  // A server inside the task costs less than a second task, and base backups are read while they are recovered.
  if (planned.plan.kind === 'task' || backupOf(planned).kind === 'physical') return planned;
  if (!machineKnows(planned, 'dump to read')) return planned;
  const reason = await doubtOf(planned, ports);
  if (reason === null) return planned;
  const state: At<'dump to read'> = {
    ...planned,
    stage: 'dump to read',
    readFirst: { since: ports.clock.now().toISOString(), reason },
    restoreTask: placeRestore({ dumpBytes: planned.dump.sizeBytes, serverBytes: null }),
  };
  const databaseConfig = ports.configuration.database(planned.database);
  await writeReadRequest({ state, databaseConfig }, ports);
  return state;
}

/** Why a dump is read first, in words; null: it is not. What cannot be looked up is no reason. */
async function doubtOf(
  { database, dump, readFirst: before }: At<'sandbox planned'>,
  { configuration, ledger }: ReadFirstPorts,
): Promise<string | null> {
  const { readFirst: asked } = configuration.database(database).sandbox;
  if (asked !== null) return asked ? 'sandbox.readFirst asks for it' : null;
  if (before !== undefined) return 'the newer dump was broken';
  const [last] = await ledger.history({ database, limit: 1 }).catch(() => []);
  if (last?.verdict === 'NOT_PROVEN') return `the last drill, ${last.drillId}, ended NOT_PROVEN`;
  const proven = await ledger.lastProven(database).catch(() => null);
  const provenBytes = proven?.dump?.bytes ?? 0;
  return dump.sizeBytes < provenBytes * shrunkenShare
    ? `the dump has ${dump.sizeBytes} bytes and the one last proven had ${provenBytes}`
    : null;
}

/** The phases of a drill with that of its reading, where there was one. Pure. */
export const withReading = (phases: DrillPhase[], { reading }: DrillState): DrillPhase[] =>
  reading === undefined || phases.some(({ startedAt }) => startedAt === reading.startedAt)
    ? phases
    : extendPhases(phases, {
        name: phaseNames.read,
        startedAt: reading.startedAt,
        endedAt: new Date(Date.parse(reading.startedAt) + reading.seconds * 1000).toISOString(),
        bytes: reading.bytesRead,
        rows: reading.rows,
      });

/** The plan of a drill whose dump was just read: its lease begins then, so that hours of reading shorten no restore. Pure. */
export function leasedAfterReading(state: At<'dump to read'>, now: string): DrillState['plan'] & object {
  const { plan, readFirst } = state;
  const seconds = readFirst === undefined ? 0 : Math.max(0, secondsBetween(readFirst.since, now));
  const leaseExpiresAt = new Date(Date.parse(plan.leaseExpiresAt) + seconds * 1000).toISOString();
  return { ...plan, leaseExpiresAt };
}

/** Seconds of a drill that no real restore would take: its wait for a slot, and the reading first. */
export function extraSeconds({ slotWait, readFirst, reading }: DrillState): number {
  const read =
    readFirst === undefined || reading === undefined
      ? 0
      : Math.max(0, secondsBetween(readFirst.since, reading.startedAt) + reading.seconds);
  return (slotWait?.seconds ?? 0) + read;
}
