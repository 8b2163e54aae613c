import { text } from 'node:stream/consumers';
import { readChecksumFile } from '../domain/checksum-sidecar.ts';
import type { SelectedDump } from '../domain/dump.ts';
import type { DumpCandidate } from '../domain/dump-selection.ts';
import { isDrillError } from '../domain/errors.ts';
import { type Finding, finding } from '../domain/findings.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import type { DumpStore } from '../ports/dump-store.ts';
import { openSource } from './thaw-dump.ts';

/**
 * Looks at one candidate: its checksum file and its first bytes. What is wrong with it is a finding, not an error: a
 * drill of a broken dump is a drill.
 */
export async function examineDump(
  candidate: DumpCandidate,
  database: string,
  ports: Pick<DrillPorts, 'configuration' | 'openStore' | 'inspector' | 'passphrase'>,
): Promise<{ dump: SelectedDump | null; findings: Finding[] }> {
  const { store } = await openSource(database, ports);
  try {
    const passphrase = await ports.passphrase(database);
    const header = await ports.inspector.inspect(store, candidate, passphrase);
    const checksum = await readChecksum(store, candidate);
    return {
      dump: {
        key: candidate.key,
        directory: candidate.directory,
        sizeBytes: candidate.sizeBytes,
        uploadedAt: candidate.modifiedAt,
        nameTimestamp: candidate.nameTimestamp?.startsAt ?? null,
        nameTimestampEnd: candidate.nameTimestamp?.endsAt ?? null,
        ...(candidate.etag === undefined ? {} : { etag: candidate.etag }),
        ...(candidate.versionId === undefined ? {} : { versionId: candidate.versionId }),
        ...(candidate.archivedIn === undefined ? {} : { archivedIn: candidate.archivedIn }),
        expectedSha256: checksum.sha256,
        header,
      },
      findings: checksum.finding === null ? [] : [checksum.finding],
    };
  } catch (error) {
    if (!isDrillError(error)) throw error;
    return { dump: null, findings: [finding(error.code, `${candidate.key}: ${error.message}`, error.hint)] };
  }
}

/** A directory dump has no digest of its own: its files are many. */
async function readChecksum(store: DumpStore, candidate: DumpCandidate) {
  if (candidate.sidecarKey === null || candidate.directory) return { sha256: null, finding: null };
  const sidecar = await text(await store.open(candidate.sidecarKey));
  return readChecksumFile(sidecar, candidate.sidecarKey, candidate.key);
}
