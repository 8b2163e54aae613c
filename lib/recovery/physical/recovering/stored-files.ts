import { withoutEncryption } from '../../../domain/backup/dump-names.ts';
import type { BaseBackupSource } from '../../../ports/recovery.ts';
import type { BaseFile } from '../base/layout/base-file.ts';
import type { StanzaFile } from '../pgbackrest/open-backup.ts';

/** With the end of its upload, ISO 8601. */
interface StoredFile extends BaseFile {
  modifiedAt: string;
}

/** The files of a base backup, names relative to its folder; one, where it is a tarball. */
export async function filesOfBase({ store, key, keys }: BaseBackupSource): Promise<BaseFile[]> {
  const all = await filesBelow({ store, keys }, key);
  return key.endsWith('/')
    ? all
    : all
        .filter(({ name }) => name === '')
        .map((file) => ({ ...file, name: withoutEncryption(lastPart(key)) }));
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

const lastPart = (key: string): string => key.slice(key.lastIndexOf('/') + 1);
