import { renamedTar } from '../../../domain/backup/base-tars.ts';
import type { DumpObject } from '../../../domain/backup/dump.ts';
import { baseNameOf, folderOf, withoutEncryption } from '../../../domain/backup/dump-names.ts';
import { partsOf } from '../../../domain/backup/split-dumps.ts';
import type { BaseBackupSource } from '../../../ports/recovery.ts';
import { openParts } from '../../streams/joined-parts.ts';
import type { BaseFile } from '../base/layout/base-file.ts';
import type { StanzaFile } from '../pgbackrest/open-backup.ts';

/** With the end of its upload, ISO 8601. */
interface StoredFile extends BaseFile {
  modifiedAt: string;
}

/**
 * The files of a base backup, names relative to its folder, and as pg_basebackup gave them; one, where it is a tarball.
 * @throws DrillError what the store throws
 */
export async function filesOfBase({ store, key, keys }: BaseBackupSource): Promise<BaseFile[]> {
  if (key.endsWith('/')) return filesBelow({ store, keys }, key);
  const renamed = await renamedWith({ store, key, keys });
  if (renamed.length > 0) return renamed;
  const name = withoutEncryption(baseNameOf(key));
  const whole = (await filesBelow({ store, keys }, key)).filter((file) => file.name === '');
  return whole.length > 0 ? whole.map((file) => ({ ...file, name })) : joinedFile({ store, key, keys }, name);
}

/** Those that were renamed as this one was, itself among them; none where it has a name of its own. */
async function renamedWith({
  store,
  key,
  keys,
}: Pick<BaseBackupSource, 'store' | 'key' | 'keys'>): Promise<BaseFile[]> {
  const folder = folderOf(key);
  const one = renamedTar(withoutEncryption(key));
  if (one === null) return [];
  const files = await filesBelow({ store, keys }, folder);
  return files.flatMap((file) => {
    const tar = renamedTar(folder + file.name);
    return tar?.backup === one.backup ? [{ ...file, name: tar.name }] : [];
  });
}

/** One file that was cut into several objects; none where there are no parts of it. */
async function joinedFile(
  { store, key, keys }: Pick<BaseBackupSource, 'store' | 'key' | 'keys'>,
  name: string,
): Promise<BaseFile[]> {
  const listed: DumpObject[] = [];
  for await (const object of store.list({ beginning: key, after: null })) listed.push(object);
  const parts = partsOf(listed, key);
  if (parts.length === 0) return [];
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  const open = () => openParts(store, { key, count: parts.length, sizeBytes });
  return [{ name, sizeBytes, ...(keys === undefined ? {} : { keys }), open }];
}

/** Every file whose key begins with a prefix, names without it and without what encryption appended to them. */
export async function filesBelow(
  { store, keys }: Pick<BaseBackupSource, 'store'> & { keys: BaseBackupSource['keys'] | undefined },
  prefix: string,
): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  for await (const object of store.list({ beginning: prefix, after: null })) {
    const { key, sizeBytes, modifiedAt, etag, versionId, isMoved } = object;
    if (!key.startsWith(prefix) || key.endsWith('/')) continue;
    // What is read again later must be what was listed.
    const pin = {
      ...(etag === undefined ? {} : { etag }),
      ...(versionId === undefined ? {} : { versionId }),
    };
    files.push({
      name: withoutEncryption(key.slice(prefix.length)),
      sizeBytes,
      modifiedAt,
      ...(keys === undefined ? {} : { keys }),
      ...(isMoved === undefined ? {} : { isMoved }),
      open: () => store.open(key, pin),
    });
  }
  return files;
}

/** The files of a repository's folder of backups, parts of which are read. */
export async function filesOfStanza(source: BaseBackupSource, folder: string): Promise<StanzaFile[]> {
  const files = await filesBelow({ store: source.store, keys: undefined }, folder);
  return files.map((file) => ({
    ...file,
    openRange: (range) => source.store.open(folder + file.name, range),
  }));
}
