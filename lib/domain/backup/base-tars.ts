/** The files of `pg_basebackup -Ft`, by their names. */
import { baseNameOf, folderOf } from './dump-names.ts';

/** The part that a file plays in a base backup of tars. */
export type TarRole = { part: 'base' | 'wal' | 'manifest' } | { part: 'tablespace'; oid: string };

/** By the names that pg_basebackup gives (bbstreamer and backup_manifest), with or without endings of compression. */
export function tarRole(baseName: string): TarRole | null {
  if (/^backup_manifest(\.(gz|zst|lz4|xz|bz2))?$/.test(baseName)) return { part: 'manifest' };
  const [, part] =
    /^(base|pg_wal|\d{1,10})\.(?:tar(?:\.(?:gz|zst|zstd|lz4|xz|bz2))?|tgz)$/.exec(baseName) ?? [];
  if (part === undefined) return null;
  if (part === 'base') return { part: 'base' };
  return part === 'pg_wal' ? { part: 'wal' } : { part: 'tablespace', oid: part };
}

/** A file that was renamed, so that those of several backups can lie in one folder: `20261118_base.tar.gz`, `base-20261118.tar.gz`. */
export interface RenamedTar {
  /** The same for all files of one backup. */
  backup: string;
  /** As pg_basebackup named it. */
  name: string;
  role: TarRole;
}

/** Something before and behind what pg_basebackup calls it. */
const renamedWord = /^((?:.*?[-_.])?)(base|pg_wal|backup_manifest)((?:[-_][^.]*)?)((?:\.\w+)*)$/;
/** The least number of a tablespace is 16384, and `20261118` is a day. */
const renamedTablespace =
  /^((?:.*?[-_.])?)((?!(?:19|20)\d{6}(?!\d))[1-9]\d{4,9})((?:[-_][^.]*)?)((?:\.\w+)*)$/;

/** What a file was called before it was renamed; null for every other file, and for one that has its own name. */
export function renamedTar(key: string): RenamedTar | null {
  const baseName = baseNameOf(key);
  const found = renamedWord.exec(baseName) ?? renamedTablespace.exec(baseName);
  const [, before = '', part = '', behind = '', endings = ''] = found ?? [];
  const role = tarRole(part + endings);
  if (role === null || before + behind === '') return null;
  return { backup: `${folderOf(key)}${before}\0${behind}`, name: part + endings, role };
}
