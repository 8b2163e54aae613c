import { evidenceOf } from '../contract/evidence.ts';
import { readChecksumFile } from '../domain/backup/checksum-sidecar.ts';
import { bareHeader, type DumpHeader, type SelectedDump } from '../domain/backup/dump.ts';
import type { DumpCandidate } from '../domain/backup/dump-selection.ts';
import { judgeMoments } from '../domain/backup/moment-agreement.ts';
import { nameDisagreement } from '../domain/backup/name-agreement.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import { DrillError, isDrillError } from '../domain/findings/errors.ts';
import { type Finding, finding } from '../domain/findings/findings.ts';
import { replayEnd } from '../domain/recovery/replay-end.ts';
import { maxWitnessBytes, parseWitness, type Witness } from '../domain/witness/witness.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import type { DumpStore } from '../ports/dump-store.ts';
import { openSource } from './configured-source.ts';
import { targetOf } from './recover-base-backup.ts';

/**
 * Looks at one candidate: its checksum file, its first bytes, and whether its moments agree. What is wrong with it is a finding, not an error: a
 * drill of a broken dump is a drill.
 */
export async function examineDump(
  candidate: DumpCandidate,
  state: Pick<DrillState, 'database' | 'request' | 'startedAt'>,
  ports: Pick<DrillPorts, 'configuration' | 'openStore' | 'objects' | 'inspector' | 'dumpOpening'>,
): Promise<{ dump: SelectedDump | null; findings: Finding[]; witness: Witness | null }> {
  const { store } = await openSource(state.database, ports);
  const { timezone, physical } = ports.configuration.database(state.database).source;
  try {
    const header = await inspectCandidate(candidate, state, ports);
    const checksum = await readChecksum(store, candidate, ports);
    const pin = await pinOf(store, candidate);
    if (header.globalsOnly === true) {
      return {
        dump: null,
        findings: [finding('GLOBALS_ONLY', `${candidate.key} holds roles and tablespaces only`)],
        witness: null,
      };
    }
    const { witness, findings } = await readWitness(store, candidate, ports);
    const disagreement =
      candidate.directory || physical !== null ? null : nameDisagreement(candidate.key, header.format);
    const dump: SelectedDump = {
      key: candidate.key,
      directory: candidate.directory,
      ...(candidate.parts === undefined ? {} : { parts: candidate.parts }),
      sizeBytes: candidate.sizeBytes,
      uploadedAt: candidate.modifiedAt,
      ...(store.stampsUploads === true ? { uploadStampedByStore: true } : {}),
      nameTimestamp: candidate.nameTimestamp?.startsAt ?? null,
      nameTimestampEnd: candidate.nameTimestamp?.endsAt ?? null,
      ...pin,
      ...(candidate.archivedIn === undefined ? {} : { archivedIn: candidate.archivedIn }),
      expectedSha256: checksum.sha256 ?? digestOf(witness, candidate),
      header,
    };
    return {
      dump,
      findings: [
        ...(checksum.finding === null ? [] : [checksum.finding]),
        ...findings,
        ...(disagreement === null ? [] : [finding('NAME_MISLEADING', `${candidate.key}: ${disagreement}`)]),
        ...judgeMoments(dump, candidate.nameTimestamp, timezone),
      ],
      witness,
    };
  } catch (error) {
    if (!isDrillError(error)) throw error;
    return {
      dump: null,
      findings: [finding(error.code, `${candidate.key}: ${error.message}`, error.hint)],
      witness: null,
    };
  }
}

/** What a candidate says of itself. @throws DrillError as DumpInspector.inspect */
export async function inspectCandidate(
  candidate: DumpCandidate,
  state: Pick<DrillState, 'database' | 'request' | 'startedAt'>,
  ports: Pick<DrillPorts, 'configuration' | 'openStore' | 'inspector' | 'dumpOpening'>,
): Promise<DumpHeader> {
  const { store, prefix } = await openSource(state.database, ports);
  const { source } = ports.configuration.database(state.database);
  // Nothing of it can be looked at before a command has brought it.
  if (source.physical?.commands != null)
    return bareHeader({ layout: 'base backup', wrappings: [], archiveVersion: null });
  const target = targetOf(state, source);
  const wal =
    source.physical === null || target === null
      ? {}
      : {
          walPrefix: prefix + source.physical.walPrefix,
          replayEnd: replayEnd(target, candidate.modifiedAt),
        };
  return ports.inspector.inspect(store, { ...candidate, ...wal }, await ports.dumpOpening(state.database));
}

/** Puts a witness where the checks of the attempt are planned from; the state is too small for it. */
export async function keepWitness(
  witness: Witness | null,
  { drillId, attempt }: { drillId: string; attempt: number },
  ports: Pick<DrillPorts, 'evidence'>,
): Promise<void> {
  if (witness !== null) await ports.evidence.write(evidenceOf.witness(attempt), drillId, witness);
}

/** A witness that cannot be read is no witness, and is told: a comparison that was meant to be does not take place. */
async function readWitness(
  store: DumpStore,
  { witnessKey }: DumpCandidate,
  ports: Pick<DrillPorts, 'objects'>,
): Promise<{ witness: Witness | null; findings: Finding[] }> {
  if (witnessKey === undefined) return { witness: null, findings: [] };
  try {
    return {
      witness: parseWitness(await ports.objects.text(store, witnessKey, maxWitnessBytes)),
      findings: [],
    };
  } catch (error) {
    if (!isDrillError(error)) throw error;
    return { witness: null, findings: [finding('WITNESS_UNREADABLE', `${witnessKey}: ${error.message}`)] };
  }
}

/** A dump of another size was compressed or encrypted after pg_dump had written it, or its content will tell. */
function digestOf(witness: Witness | null, { sizeBytes }: DumpCandidate): string | null {
  return witness?.dump?.bytes === sizeBytes ? witness.dump.sha256 : null;
}

/** A directory dump has no digest of its own: its files are many. */
async function readChecksum(store: DumpStore, candidate: DumpCandidate, ports: Pick<DrillPorts, 'objects'>) {
  if (candidate.sidecarKey === null || candidate.directory) return { sha256: null, finding: null };
  const sidecar = await ports.objects.text(store, candidate.sidecarKey);
  return readChecksumFile(sidecar, candidate.sidecarKey, candidate.key);
}

/**
 * What is restored must be what was looked at. A listing names no version, so the object itself is asked once more.
 *
 * @throws DrillError DUMP_CHANGED when it is no longer what the listing said
 */
async function pinOf(
  store: DumpStore,
  candidate: DumpCandidate,
): Promise<{ etag?: string; versionId?: string }> {
  // Files of a directory and parts of a cut dump are looked at when they are opened.
  if (candidate.directory || candidate.parts !== undefined) return {};
  const found = await store.stat(candidate.key);
  if (found === null || found.sizeBytes !== candidate.sizeBytes) {
    throw new DrillError(
      'DUMP_CHANGED',
      found === null ? 'it vanished after it was listed' : 'it changed after it was listed',
    );
  }
  return {
    ...(found.etag === undefined ? {} : { etag: found.etag }),
    ...(found.versionId === undefined ? {} : { versionId: found.versionId }),
  };
}
