import { withoutEncryption } from '../../../domain/backup/dump-names.ts';
import type { BaseBackupSource } from '../../../ports/recovery.ts';
import type { BaseFile } from '../base/layout/base-file.ts';

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
  { store, keys }: Pick<BaseBackupSource, 'store' | 'keys'>,
  prefix: string,
): Promise<BaseFile[]> {
  const files: BaseFile[] = [];
  for await (const { key, sizeBytes, etag, versionId } of store.list({ beginning: prefix, after: null })) {
    if (!key.startsWith(prefix) || key.endsWith('/')) continue;
    // What is read again later must be what was listed.
    const pin = {
      ...(etag === undefined ? {} : { etag }),
      ...(versionId === undefined ? {} : { versionId }),
    };
    files.push({
      name: withoutEncryption(key.slice(prefix.length)),
      sizeBytes,
      keys,
      open: () => store.open(key, pin),
    });
  }
  return files;
}

const lastPart = (key: string): string => key.slice(key.lastIndexOf('/') + 1);
