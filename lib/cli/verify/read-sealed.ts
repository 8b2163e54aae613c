import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { evidenceKey } from '../../adapters/evidence/evidence-keys.ts';
import { systemErrorCode } from '../../adapters/files/atomic-file.ts';
import { safeFileName } from '../../adapters/files/safe-file-name.ts';
import { decodeLine, rawLines } from '../../adapters/ledgers/file/ledger-lines.ts';
import { recordDigest, sha256 } from '../../adapters/seals/record-digest.ts';
import { type TrustedKey, verifyEnvelope } from '../../adapters/seals/verify-envelope.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import type { DrillRecord } from '../../domain/record/drill-record.ts';
import { recordSchema } from '../../domain/record/report/record-schema.ts';
import { type ReportFile, reportFiles } from '../../domain/record/report/report-files.ts';
import { sealFile } from '../../domain/record/seal/envelope.ts';
import { type Problem, problem } from '../../domain/record/seal/verification.ts';
import type { ChainedRecord } from '../../domain/record/seal/verify-chain.ts';
import type { SealedFolder } from '../../domain/record/seal/verify-files.ts';

/** What lies at a path that is to be verified. */
export interface SealedPlace {
  folders: SealedFolder[];
  /** Folders whose record cannot be read. */
  broken: { place: string; problems: Problem[] }[];
  /** Null: there is no ledger. */
  ledger: ChainedRecord[] | null;
  problems: Problem[];
  /** One drill alone: the others of its chain lie elsewhere. */
  single: boolean;
}

/**
 * Reads a drill's folder, a state folder, a copy of the evidence bucket (or a part of it), or a ledger.
 *
 * @throws DrillError REQUEST_INVALID for a path that is none of them
 */
export async function readSealed(path: string, keys: readonly TrustedKey[]): Promise<SealedPlace> {
  const names = await namesIn(path);
  const place: SealedPlace = { folders: [], broken: [], ledger: null, problems: [], single: false };
  if (names === null || names.includes('ledger.jsonl')) {
    const { records, problems } = await readLedger(names === null ? path : join(path, 'ledger.jsonl'));
    Object.assign(place, { ledger: records, problems });
    if (names === null) return place;
  }
  if (names.includes(reportFiles.record)) {
    await addFolder(path, null, keys, place);
    return { ...place, single: true };
  }
  const parent = names.includes('drills') ? join(path, 'drills') : path;
  // Elsewhere folders are named by people.
  const ours = basename(resolve(parent)) === 'drills';
  for (const name of ((await namesIn(parent)) ?? []).sort()) {
    const folder = join(parent, name);
    if ((await namesIn(folder))?.includes(reportFiles.record))
      await addFolder(folder, ours ? name : null, keys, place);
  }
  if (place.ledger !== null || place.folders.length + place.broken.length > 0) return place;
  throw new DrillError('REQUEST_INVALID', `${path} holds no record of a drill and no ledger`, {
    hint: 'Give the folder of a drill, a state folder, a copy of the evidence bucket or a ledger.jsonl.',
  });
}

async function addFolder(
  path: string,
  name: string | null,
  keys: readonly TrustedKey[],
  into: SealedPlace,
): Promise<void> {
  const digests: Partial<Record<ReportFile, string>> = {};
  for (const file of Object.values(reportFiles)) {
    const bytes = await bytesOf(join(path, file));
    if (bytes !== null) digests[file] = sha256(bytes);
  }
  const seal = await bytesOf(join(path, sealFile));
  const signature =
    seal === null ? ({ state: 'absent' } as const) : verifyEnvelope(seal.toString('utf8'), keys);
  const record = recordIn((await bytesOf(join(path, reportFiles.record))) ?? Buffer.alloc(0));
  if (record === null) {
    const unreadable = problem('record altered', `${reportFiles.record} is no record of a drill`);
    into.broken.push({ place: path, problems: [unreadable] });
    return;
  }
  const named = name === null || namesOf(record.drillId).includes(name);
  const namedFor = named ? null : name;
  into.folders.push({ place: path, namedFor, record, digests, signature });
}

/** What the evidence of a drill is called, on a machine and in a bucket. */
const namesOf = (drillId: string): string[] => [
  drillId,
  safeFileName(drillId),
  basename(dirname(evidenceKey(drillId, reportFiles.record))),
];

function recordIn(bytes: Buffer): DrillRecord | null {
  try {
    const document: unknown = JSON.parse(bytes.toString('utf8'));
    return recordSchema.safeParse(document).success ? (document as DrillRecord) : null;
  } catch {
    return null;
  }
}

async function readLedger(path: string): Promise<{ records: ChainedRecord[]; problems: Problem[] }> {
  const records: ChainedRecord[] = [];
  const problems: Problem[] = [];
  try {
    for await (const line of rawLines(path)) {
      if (line.bytes.length === 0) continue;
      const decoded = decodeLine(line.bytes);
      if ('record' in decoded)
        records.push({ record: decoded.document, sha256: recordDigest(decoded.document) });
      else
        problems.push(
          problem('ledger altered', `line ${line.number} of ${basename(path)}: ${decoded.damage}`),
        );
    }
  } catch (error) {
    throw new DrillError('REQUEST_INVALID', `cannot read ${path}: ${systemErrorCode(error) ?? error}`, {
      hint: 'Give the folder of a drill, a state folder, a copy of the evidence bucket or a ledger.jsonl.',
      cause: error,
    });
  }
  return { records, problems };
}

/** Null: it is no folder. */
async function namesIn(path: string): Promise<string[] | null> {
  try {
    return await readdir(path);
  } catch (error) {
    if (['ENOTDIR', 'ENOENT'].includes(systemErrorCode(error) ?? '')) return null;
    throw error;
  }
}

async function bytesOf(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
