import type { DatabaseConfig } from '../domain/config/index.ts';
import { type At, standing } from '../domain/drill/known-at.ts';
import { parseDrillState } from '../domain/drill/state-schema.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { evidenceNames } from './step.ts';

/** What the restore task needs, as "Prepare restore" wrote it down: the image of the task holds no configuration. */
export interface RestoreRequestDocument {
  state: At<'restore prepared'>;
  databaseConfig: DatabaseConfig;
}

/** Writes it. No secret is in it: passwords and keys are named, never given. */
export async function writeRestoreRequest(
  { state, databaseConfig }: RestoreRequestDocument,
  ports: Pick<DrillPorts, 'evidence'>,
): Promise<void> {
  await ports.evidence.putJson(state.drillId, evidenceNames.restoreRequest(state.attempt), {
    ...state,
    databaseConfig,
  });
}

/** Reads it. @throws DrillError when there is none */
export async function readRestoreRequest(
  pointer: { drillId: string; attempt: number },
  ports: Pick<DrillPorts, 'evidence'>,
): Promise<RestoreRequestDocument> {
  const document = await ports.evidence.getJson(
    pointer.drillId,
    evidenceNames.restoreRequest(pointer.attempt),
  );
  const { databaseConfig } = document as { databaseConfig: DatabaseConfig };
  return { state: standing(parseDrillState(document), ['restore prepared']), databaseConfig };
}
