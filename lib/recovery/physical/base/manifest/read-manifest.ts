/**
 * Reads a `backup_manifest` line by line: its checksum is defined over lines, and PostgreSQL writes one file to a line, which
 * spares holding a document of hundreds of megabytes.
 */
import * as z from 'zod';
import type { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { formatLsn, parseLsn } from '../numbers/lsn.ts';
import type { BackupManifest, ManifestReading } from './backup-manifest.ts';
import { isChecksumAlgorithm } from './file-checksum.ts';
import { readManifestLines } from './manifest-lines.ts';

/** About 200 bytes of memory each. A cluster of a thousand databases has 300,000 files. */
const mostFiles = 1_000_000;

const fileLine = z
  .object({
    Path: z.string().optional(),
    'Encoded-Path': z
      .string()
      .regex(/^([0-9a-fA-F]{2})+$/)
      .optional(),
    Size: z.number().int().nonnegative(),
    'Checksum-Algorithm': z.string().optional(),
    Checksum: z
      .string()
      .regex(/^[0-9a-fA-F]+$/)
      .optional(),
  })
  .refine((file) => (file.Path === undefined) !== (file['Encoded-Path'] === undefined))
  .refine((file) => (file['Checksum-Algorithm'] === undefined) === (file.Checksum === undefined));

const rangeLine = z.object({ Timeline: z.number().int(), 'Start-LSN': z.string(), 'End-LSN': z.string() });

/** @throws what the source throws: damage below the manifest is none of it */
export async function readManifest(source: ByteSource, maxFiles = mostFiles): Promise<ManifestReading> {
  const manifest: BackupManifest = { version: 0, systemIdentifier: null, files: new Map(), walRanges: [] };
  let problem: ManifestReading | null = null;
  const end = await readManifestLines(source, (line) => {
    const reason = takeLine(line, manifest);
    if (reason !== null) problem = damaged(reason);
    else if (manifest.files.size > maxFiles)
      problem = { kind: 'too large', reason: `the manifest names more than ${maxFiles} files` };
    return problem === null;
  });
  if (problem !== null) return problem;
  if (end === null) return damaged('one of its lines is too long');
  const [, checksum] = /^"Manifest-Checksum": "([0-9a-f]{64})"\}$/.exec(end.lastLine) ?? [];
  if (checksum === undefined) return damaged('it ends without its checksum');
  if (checksum !== end.sha256) return damaged('its checksum does not match: it was cut or changed');
  if (manifest.version === 0) return damaged('it does not tell its version');
  return { kind: 'manifest', manifest };
}

/** @returns what is wrong with the line; null when nothing is */
function takeLine(line: string, manifest: BackupManifest): string | null {
  const text = line.trim().replace(/,$/, '');
  if (['', '"Files": [', '"WAL-Ranges": [', ']'].includes(text)) return null;
  const [, version] = /^\{ ?"PostgreSQL-Backup-Manifest-Version": (\d+)$/.exec(text) ?? [];
  if (version !== undefined) {
    manifest.version = Number(version);
    return manifest.version <= 2 ? null : `its version ${version} is not known here`;
  }
  // Not as a number of JSON, which loses digits beyond 2^53.
  const [, identifier] = /^"System-Identifier": (\d{1,20})$/.exec(text) ?? [];
  if (identifier !== undefined) {
    manifest.systemIdentifier = identifier;
    return null;
  }
  const value = parsed(text);
  return value === undefined
    ? 'one of its lines is none that PostgreSQL writes'
    : takeObject(value, manifest);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function takeObject(value: unknown, manifest: BackupManifest): string | null {
  const range = rangeLine.safeParse(value);
  if (range.success) {
    const [start, end] = [parseLsn(range.data['Start-LSN']), parseLsn(range.data['End-LSN'])];
    if (start === null || end === null) return 'a range of WAL has no positions';
    manifest.walRanges.push({
      timeline: range.data.Timeline,
      startLsn: formatLsn(start),
      endLsn: formatLsn(end),
    });
    return null;
  }
  const file = fileLine.safeParse(value);
  if (!file.success) return 'one of its files is not described as PostgreSQL describes it';
  const { Path, Size, Checksum } = file.data;
  const algorithm = file.data['Checksum-Algorithm'];
  // Names that are not UTF-8 are told in hex; the names of a tar are read as UTF-8 as well, and so meet again.
  const name = Path ?? Buffer.from(file.data['Encoded-Path'] ?? '', 'hex').toString('utf8');
  if (algorithm !== undefined && !isChecksumAlgorithm(algorithm))
    return `the checksum algorithm ${algorithm.slice(0, 20)} is not known here`;
  if (manifest.files.has(name)) return 'it names a file twice';
  const checksum = Checksum?.toLowerCase() ?? null;
  manifest.files.set(name, { sizeBytes: Size, algorithm: algorithm ?? null, checksum });
  return null;
}

const damaged = (reason: string): ManifestReading => ({ kind: 'damaged', reason });
