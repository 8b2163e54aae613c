/** The lines of a manifest, with the SHA-256 of all of them but the last. */
import { createHash } from 'node:crypto';
import type { ByteSource } from '../../../streams/bytes/byte-source.ts';

/** A path of 4 KiB, every byte of it escaped, fits well; nothing longer is plausible. */
const longestLineBytes = 64 * 1024;

export interface ManifestEnd {
  /** The last line, which holds the checksum of those before it. */
  lastLine: string;
  /** Lower-case hex of what comes before the last line. */
  sha256: string;
}

/** @returns null where a line is longer than any that PostgreSQL writes */
export async function readManifestLines(
  source: ByteSource,
  onLine: (line: string) => boolean,
): Promise<ManifestEnd | null> {
  const hash = createHash('sha256');
  let rest: Buffer = Buffer.alloc(0);
  /** A line is the last only when no byte follows it. */
  let held: Buffer | null = null;
  const take = (line: Buffer): boolean => {
    const before = held;
    held = line;
    if (before === null) return true;
    hash.update(before);
    return onLine(before.toString('utf8', 0, before.length - 1));
  };
  for (let piece = await source.readPiece(); piece !== null; piece = await source.readPiece()) {
    const bytes: Buffer = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let at = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, at)) {
      if (!take(bytes.subarray(at, end + 1))) return { lastLine: '', sha256: '' };
      at = end + 1;
    }
    rest = Buffer.from(bytes.subarray(at));
    if (rest.length > longestLineBytes) return null;
  }
  if (rest.length > 0 && !take(rest)) return { lastLine: '', sha256: '' };
  const last = held as Buffer | null;
  return { lastLine: last?.toString('utf8').trimEnd() ?? '', sha256: hash.digest('hex') };
}
