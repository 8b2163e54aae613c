/**
 * What a name alone says about an object that lies among dumps. Names lie, so this only leaves out what is certainly
 * no logical dump; whether the rest is one, its bytes decide.
 */
type NameKind = 'possible dump' | 'unfinished' | 'sidecar' | 'physical backup' | 'other';

/** Endings that jobs give to files they have not finished writing, or gave up. */
const unfinishedEnding =
  /\.(partial|part|tmp|temp|failed|incomplete|inprogress|uploading|crdownload|filepart)$/i;

/** Checksums and signatures that lie beside the file they speak of. */
const sidecarEnding =
  /(\.(sha1|sha256|sha512|sha256sum|sha512sum|md5|md5sum|crc32|asc|sig|minisig)(\.txt)?)$/i;
const sidecarName = /^(sha(1|256|512)|md5)sums?(\.txt)?$/i;

/** Documents, logs, pictures: nothing that pg_dump writes. */
const otherEnding =
  /\.(txt|log|md|json|jsonl|ya?ml|toml|html?|css|js|csv|tsv|xml|pdf|png|jpe?g|gif|svg|webp|ini|conf|cfg|env|pem|crt|lock|pid|sh|py|list|sqlite3?|rdb)(\.gz)?$/i;
const otherName = /^(\.|readme|licen[cs]e|changelog|last_success|_success$)/i;

/** `pg_dumpall --globals-only` beside the dumps of databases, by the name of the option. */
const globalsName = /(^|[-_.])globals(?=[-_.\d]).*\.sql\b/i;

/** Archives of files that applications keep beside their database. */
const filesArchive =
  /^(uploads?|media|files|attachments?|assets|storage|static|images|photos|documents|data-?files)([-_.]|\d).*\.(tar|tgz|tar\.[a-z0-9]+|zip)$/i;

// WAL segments, timeline histories and backup labels: names that PostgreSQL gives (access/xlog_internal.h).
const walName =
  /^([0-9A-F]{24}(\.[0-9A-F]{8}\.backup)?|[0-9A-F]{8}\.history)(\.partial)?(\.(gz|zst|lz4|xz|bz2|br))?$/;
// Files of pg_basebackup in tar format, and tarballs of a WAL archive.
const baseBackupName =
  /^(backup_manifest|backup_label|pg_wal\.tar(\.\w+)?|base\.tar(\.\w+)?|\d{4,10}\.tar(\.\w+)?|PG_VERSION|pg_control)$/;
const walArchiveName =
  /^(wal|wal[-_]?archive|base[-_]?backup|pg_basebackup)([-_.]|\d).*\.(tar|tgz|tar\.\w+)$/i;

/** The last part of a key; a directory's own name for a key that ends in a slash. */
export function baseNameOf(key: string): string {
  const trimmed = key.replace(/\/+$/, '');
  return trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** What people append to the name of a file that they encrypt. Not `.asc`, which a signature beside the file has. */
const encryptedEnding = /\.(age|gpg|pgp|enc|openssl)$/i;

/** The name of what was encrypted. */
export const withoutEncryption = (key: string): string => key.replace(encryptedEnding, '');

const tarballEnding = /\.(?:tgz|tbz2?|txz|tzst|tlz4|tar|tar\.\w+)$/i;

/** Whether the name is one of a tar, compressed or not, that is finished. */
export const isTarballName = (key: string): boolean =>
  tarballEnding.test(key) && !sidecarEnding.test(key) && !unfinishedEnding.test(key);

/** The folder of a key with its final slash, or an empty text at the top. */
export function folderOf(key: string): string {
  const trimmed = key.replace(/\/+$/, '');
  return trimmed.slice(0, trimmed.lastIndexOf('/') + 1);
}

/** Sorts an object by its name. */
export function nameKind(key: string): NameKind {
  const name = baseNameOf(key);
  if (unfinishedEnding.test(name) && !walName.test(name)) return 'unfinished';
  if (sidecarEnding.test(name) || sidecarName.test(name)) return 'sidecar';
  if (walName.test(name) || baseBackupName.test(name) || walArchiveName.test(name)) return 'physical backup';
  if (otherName.test(name) || otherEnding.test(name)) return 'other';
  if (filesArchive.test(name) || globalsName.test(name)) return 'other';
  return 'possible dump';
}

/** The name without the ending that marks it as unfinished; null when it has none. */
export function finishedName(key: string): string | null {
  const finished = key.replace(unfinishedEnding, '');
  return finished === key ? null : finished;
}

/** True for names that say "dump" outright; breaks a tie with a name that could be anything (`x.tar.gz`). */
export function looksLikeDump(key: string): boolean {
  return /\.(sql|dump|pgdump|psql|pg|backup|bak|dir|custom)(\.|\/?$)/i.test(baseNameOf(key));
}
