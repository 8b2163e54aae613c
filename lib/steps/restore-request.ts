import { evidenceOf } from '../contract/evidence.ts';
import { type DatabaseConfig, defaultDatabaseConfig } from '../domain/config/index.ts';
import { mergeDefaults } from '../domain/config/merge-defaults.ts';
import { type At, standing } from '../domain/drill/known-at.ts';
import type { DrillRecord } from '../domain/record/drill-record.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';

/** What the restore task needs, as "Prepare restore" wrote it down: the image of the task holds no configuration. */
export interface PreparedRestore {
  state: At<'restore prepared'>;
  databaseConfig: DatabaseConfig;
  /** For the comparison, where the checks run inside the task. */
  lastProven?: DrillRecord | null;
}

/** What the task that reads a dump first needs, as "Plan sandbox" wrote it down; "Prepare restore" replaces it. */
export interface PreparedReading {
  state: At<'dump to read'>;
  databaseConfig: DatabaseConfig;
}

/** Writes it. No secret is in it. */
export async function writeReadRequest(
  request: PreparedReading,
  ports: Pick<DrillPorts, 'evidence'>,
): Promise<void> {
  const { drillId, attempt } = request.state;
  await ports.evidence.write(evidenceOf.restoreRequest(attempt), drillId, request);
}

/** Reads it. @throws DrillError when there is none, or none that can be read */
export async function readReadRequest(
  pointer: { drillId: string; attempt: number },
  ports: Pick<DrillPorts, 'evidence'>,
): Promise<PreparedReading> {
  const entry = evidenceOf.restoreRequest(pointer.attempt);
  const { state, databaseConfig } = await ports.evidence.read(entry, pointer.drillId);
  return { state: standing(state, ['dump to read']), databaseConfig: completed(databaseConfig) };
}

/** Writes it. No secret is in it: passwords and keys are named, never given. */
export async function writeRestoreRequest(
  request: PreparedRestore,
  ports: Pick<DrillPorts, 'evidence'>,
): Promise<void> {
  const { drillId, attempt } = request.state;
  await ports.evidence.write(evidenceOf.restoreRequest(attempt), drillId, request);
}

/** Reads it. @throws DrillError when there is none, or none that can be read */
export async function readRestoreRequest(
  pointer: { drillId: string; attempt: number },
  ports: Pick<DrillPorts, 'evidence'>,
): Promise<PreparedRestore> {
  const { state, databaseConfig, lastProven } = await ports.evidence.read(
    evidenceOf.restoreRequest(pointer.attempt),
    pointer.drillId,
  );
  return {
    state: standing(state, ['restore prepared']),
    databaseConfig: completed(databaseConfig),
    ...(lastProven === undefined ? {} : { lastProven }),
  };
}

/** The Lambda that wrote it may be of the release before, which knew fewer settings than this image. */
const completed = (databaseConfig: DatabaseConfig): DatabaseConfig =>
  mergeDefaults(defaultDatabaseConfig(databaseConfig.source), databaseConfig) as DatabaseConfig;
