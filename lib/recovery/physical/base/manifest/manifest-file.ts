import type { ManifestFile } from './backup-manifest.ts';
import { isChecksumAlgorithm } from './file-checksum.ts';

/** As backup_manifest.c, and pg_combinebackup's write_manifest.c, write it: always in this order, one file to a line. */
const line =
  /^\{ "(Path|Encoded-Path)": ("(?:[^"\\]|\\.)*"), "Size": (\d{1,15})(?:, "Last-Modified": "[^"]*")?(?:, "Checksum-Algorithm": "(\w+)", "Checksum": "([0-9a-fA-F]+)")? \}$/;

/**
 * The file that a line describes, without its comma.
 * @returns in words what is wrong with it; null where it describes no file
 */
export function manifestFile(text: string): { name: string; file: ManifestFile } | string | null {
  const [, key, path = '', size, algorithm, checksum] = line.exec(text) ?? [];
  if (key === undefined) return null;
  const name = nameOf(key, path);
  if (name === null) return 'the name of a file cannot be read';
  const sizeBytes = Number(size);
  if (algorithm === undefined) return { name, file: { sizeBytes, algorithm: null, checksum: null } };
  if (!isChecksumAlgorithm(algorithm))
    return `the checksum algorithm ${algorithm.slice(0, 20)} is not known here`;
  return { name, file: { sizeBytes, algorithm, checksum: flat(checksum ?? '').toLowerCase() } };
}

function nameOf(key: string, path: string): string | null {
  try {
    const text: string = JSON.parse(path);
    if (key === 'Path') return text;
    // Names that are not UTF-8 are told in hex; the names of a tar are read as UTF-8 as well, and so meet again.
    return /^([0-9a-fA-F]{2})+$/.test(text) ? Buffer.from(text, 'hex').toString('utf8') : null;
  } catch {
    return null;
  }
}

/** A part of a string keeps all of it in memory: here, of every file its whole line. */
const flat = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');
