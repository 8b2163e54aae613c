import { type Finding, finding } from '../findings/findings.ts';
import { formatCountOf } from '../text/quantities.ts';
import { baseNameOf, folderOf } from './dump-names.ts';

/** What a checksum file says of a dump. */
interface ExpectedChecksum {
  /** SHA-256 in lower-case hex; null when the file holds none for this dump. */
  sha256: string | null;
  /** Something odd about the checksum file itself. */
  finding: Finding | null;
}

/** Names that the checksum file of a dump may have, most specific first. The last ones list several files. */
export function sidecarKeysOf(dumpKey: string): string[] {
  const key = dumpKey.replace(/\/$/, '');
  const folder = folderOf(key);
  return [
    `${key}.sha256`,
    `${key}.sha256sum`,
    `${key}.sha256.txt`,
    `${folder}SHA256SUMS`,
    `${folder}SHA256SUMS.txt`,
    `${folder}sha256sums.txt`,
  ];
}

/**
 * Reads what `sha256sum`, `shasum -a 256`, `sha256sum --tag` (BSD style) and `openssl dgst -sha256` write: one file
 * or several, with a path or without, or a bare hash. Paths do not count, because a job hashes `./backups/<name>` and
 * uploads to somewhere else: the base name does.
 *
 * A file with one hash under another name is compared all the same, so that a job which renames after hashing is
 * verified and a mixed-up sidecar is caught by its hash.
 */
export function readChecksumFile(text: string, sidecarKey: string, dumpKey: string): ExpectedChecksum {
  const dumpName = baseNameOf(dumpKey);
  const entries = text.split(/\r?\n/).flatMap((line) => readLine(line) ?? []);
  const own = entries.filter((entry) => entry.name !== null && baseNameOf(entry.name) === dumpName);
  const bare = entries.filter((entry) => entry.name === null);
  const odd = (message: string): Finding => finding('DUMP_HEADER_ODD', message);
  if (entries.length === 0) {
    return { sha256: null, finding: odd(`The checksum file ${sidecarKey} holds no SHA-256.`) };
  }
  const hashes = new Set(
    (own.length > 0 ? own : bare.length > 0 ? bare : entries).map((entry) => entry.sha256),
  );
  const [only] = hashes;
  if (hashes.size === 1 && only !== undefined) {
    const other = own.length === 0 && bare.length === 0 ? entries[0]?.name : null;
    return {
      sha256: only,
      finding:
        other === null || other === undefined
          ? null
          : odd(
              `The checksum file ${sidecarKey} names another file, ${baseNameOf(other)}; its hash was compared all the same.`,
            ),
    };
  }
  const message =
    own.length > 0
      ? `The checksum file ${sidecarKey} holds ${hashes.size} different hashes for ${dumpName}.`
      : `The checksum file ${sidecarKey} lists ${formatCountOf(entries.length, 'file')}, but not ${dumpName}.`;
  return { sha256: null, finding: odd(message) };
}

function readLine(line: string): { sha256: string; name: string | null } | null {
  // GNU escapes a name with a backslash or newline by a leading backslash.
  const plain = /^\\?([0-9a-f]{64})(?:\s+[*]?(.+?))?\s*$/i.exec(line.trim());
  if (plain?.[1] !== undefined) return { sha256: plain[1].toLowerCase(), name: plain[2] ?? null };
  const tagged = /^SHA(?:2-)?256\s*\((.+)\)\s*=\s*([0-9a-f]{64})$/i.exec(line.trim());
  if (tagged?.[1] !== undefined && tagged[2] !== undefined) {
    return { sha256: tagged[2].toLowerCase(), name: tagged[1] };
  }
  return null;
}
