import { evidenceOf, type RestoreRequestDocument } from '../contract/evidence.ts';
import { type DatabaseConfig, defaultDatabaseConfig } from '../domain/config/index.ts';
import { mergeDefaults } from '../domain/config/merge-defaults.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';

/** Writes down what the restore task needs. No secret is in it: passwords and keys are named, never given. */
export async function writeRestoreRequest(
  request: RestoreRequestDocument,
  ports: Pick<DrillPorts, 'evidence'>,
): Promise<void> {
  const { drillId, attempt } = request.state;
  await ports.evidence.write(evidenceOf.restoreRequest(attempt), drillId, request);
}

/** Reads it. @throws DrillError when there is none, or none that can be read */
export async function readRestoreRequest(
  pointer: { drillId: string; attempt: number },
  ports: Pick<DrillPorts, 'evidence'>,
): Promise<RestoreRequestDocument> {
  const { state, databaseConfig } = await ports.evidence.read(
    evidenceOf.restoreRequest(pointer.attempt),
    pointer.drillId,
  );
  // The Lambda that wrote it may be of the release before, which knew fewer settings than this image.
  const defaults = defaultDatabaseConfig(databaseConfig.source);
  return { state, databaseConfig: mergeDefaults(defaults, databaseConfig) as DatabaseConfig };
}
