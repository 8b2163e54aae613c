import type { DumpStore } from '../../../ports/dump-store.ts';
import type { BaseBackupSource } from '../../../ports/recovery.ts';
import type { BaseFile } from '../base/layout/base-file.ts';

/** With the end of its upload, ISO 8601. */
interface StoredFile extends BaseFile {
  modifiedAt: string;
}

/** The files of a base backup, names relative to its folder; one, where it is a tarball. */
export async function filesOfBase({ store, key }: BaseBackupSource): Promise<BaseFile[]> {
  const all = await filesBelow(store, key);
  return key.endsWith('/')
    ? all
    : all.filter(({ name }) => name === '').map((file) => ({ ...file, name: lastPart(key) }));
}

/** Every file whose key begins with a prefix, names without it. */
export async function filesBelow(store: DumpStore, prefix: string): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  for await (const object of store.list({ beginning: prefix, after: null })) {
    const { key, sizeBytes, modifiedAt, etag, versionId } = object;
    if (!key.startsWith(prefix) || key.endsWith('/')) continue;
    // What is read again later must be what was listed.
    const pin = {
      ...(etag === undefined ? {} : { etag }),
      ...(versionId === undefined ? {} : { versionId }),
    };
    files.push({ name: key.slice(prefix.length), sizeBytes, modifiedAt, open: () => store.open(key, pin) });
  }
  return files;
}

const lastPart = (key: string): string => key.slice(key.lastIndexOf('/') + 1);
