/**
 * Reads a `backup_manifest` line by line: its checksum is defined over lines, and PostgreSQL writes one file to a line, which
 * spares holding a document of hundreds of megabytes.
 */
import type { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { formatLsn, parseLsn } from '../../numbers/lsn.ts';
import type { BackupManifest, ManifestReading } from './backup-manifest.ts';
import { manifestFile } from './manifest-file.ts';
import { readManifestLines } from './manifest-lines.ts';

/** About 250 bytes of memory each. A cluster of a thousand databases has 300,000 files. */
const mostFiles = 500_000;

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
  // Nearly every line is one of a file.
  const file = manifestFile(text);
  if (typeof file === 'string') return file;
  if (file !== null) {
    if (manifest.files.has(file.name)) return 'it names a file twice';
    manifest.files.set(file.name, file.file);
    return null;
  }
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
  return takeRange(text, manifest);
}

function takeRange(text: string, manifest: BackupManifest): string | null {
  const [, timeline, startText = '', endText = ''] =
    /^\{ "Timeline": (\d+), "Start-LSN": "([^"]*)", "End-LSN": "([^"]*)" \}$/.exec(text) ?? [];
  if (timeline === undefined) return 'one of its lines is none that PostgreSQL writes';
  const [start, end] = [parseLsn(startText), parseLsn(endText)];
  if (start === null || end === null) return 'a range of WAL has no positions';
  const [startLsn, endLsn] = [formatLsn(start), formatLsn(end)];
  manifest.walRanges.push({ timeline: Number(timeline), startLsn, endLsn });
  return null;
}

const damaged = (reason: string): ManifestReading => ({ kind: 'damaged', reason });
