import { type Compression, type DumpFormat, isCompression } from './dump.ts';

const compressionOfEnding: ReadonlyMap<string, Compression> = new Map([
  ['gz', 'gzip'],
  ['gzip', 'gzip'],
  ['tgz', 'gzip'],
  ['zst', 'zstd'],
  ['zstd', 'zstd'],
  ['xz', 'xz'],
  ['bz2', 'bzip2'],
  ['bzip2', 'bzip2'],
  ['lz4', 'lz4'],
]);

/** Endings of what may be compressed inside, and is taken off first. */
const encryptions: ReadonlySet<string> = new Set(['enc', 'aes', 'gpg', 'pgp', 'asc', 'age', 'openssl']);

/** The compressions that a name announces, outermost first, and whether it calls what is inside plain SQL. */
function announced(key: string): { compressions: Compression[]; isSql: boolean } {
  const endings = key
    .slice(key.lastIndexOf('/') + 1)
    .toLowerCase()
    .split('.')
    .slice(1)
    .reverse();
  while (encryptions.has(endings[0] ?? '')) endings.shift();
  const found: Compression[] = [];
  for (;;) {
    const compression = compressionOfEnding.get(endings[0] ?? '');
    if (compression === undefined) return { compressions: found, isSql: endings[0] === 'sql' };
    found.push(compression);
    endings.shift();
  }
}

/**
 * Where the name of a dump and its bytes disagree on what somebody who restores by hand would do first: in words, else
 * null. Names without an ending that announces something agree with anything but bytes that were compressed twice.
 */
export function nameDisagreement(key: string, format: DumpFormat): string | null {
  const name = announced(key);
  const packageAt = format.wrappings.findIndex((wrapping) => wrapping === 'tar' || wrapping === 'zip');
  // The name of a package says nothing of how the dump inside it was written.
  const isPackage = packageAt >= 0;
  const bytes = (isPackage ? format.wrappings.slice(0, packageAt) : format.wrappings).filter(isCompression);
  if (isPackage && bytes.length < 2) return null;
  if (name.compressions.join() === bytes.join()) {
    const isArchive = format.layout === 'custom' || format.layout === 'tar' || format.layout === 'directory';
    return name.isSql && isArchive
      ? `its name ends like plain SQL, and its bytes are a ${format.layout} archive: psql does not take it, pg_restore does`
      : null;
  }
  if (name.compressions.length === 0 && !name.isSql && bytes.length < 2) return null;
  const says = name.compressions.length === 0 ? 'no compression' : name.compressions.join(' in ');
  const holds = bytes.length === 0 ? 'not compressed' : bytes.join(' in ');
  return `its name announces ${says}, and its bytes are ${holds}`;
}
