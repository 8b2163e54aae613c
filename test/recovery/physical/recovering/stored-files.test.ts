/** The files of a base backup, as they are opened. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFolderDumpStore } from '../../../../lib/adapters/dump-stores/folder/folder-dump-store.ts';
import { filesOfBase } from '../../../../lib/recovery/physical/recovering/stored-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stored-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Each file holds its own name. */
async function opened(key: string, ...names: string[]): Promise<[string, number, string][]> {
  for (const name of names) writeFileSync(join(folder, name), name);
  const store = createFolderDumpStore(folder);
  const files = await filesOfBase({ store, key, walPrefix: 'wal/', keys: { passphrase: null } });
  return Promise.all(
    files.map(async (file) => [file.name, file.sizeBytes, await text(await file.open())] as const),
  ).then((found) => found.toSorted().map(([...file]) => file));
}

describe('the files of a base backup', () => {
  test('that were renamed have the names that pg_basebackup gave them', async () => {
    const others = ['n20261119_base.tar', 'base.tar', 'n20261118_base.tar.sha256'];
    expect(
      await opened('n20261118_base.tar', 'n20261118_base.tar', 'n20261118_backup_manifest', ...others),
    ).toEqual([
      ['backup_manifest', 25, 'n20261118_backup_manifest'],
      ['base.tar', 18, 'n20261118_base.tar'],
    ]);
  });

  test('that was cut are its parts in their order', async () => {
    expect(await opened('b.tar.gz', 'b.tar.gz.ab', 'b.tar.gz.aa', 'b2.tar.gz.aa')).toEqual([
      ['b.tar.gz', 22, 'b.tar.gz.aab.tar.gz.ab'],
    ]);
  });

  test('are one where it is a tarball, whatever lies beside', async () => {
    expect(await opened('b.tar.gz', 'b.tar.gz', 'b.tar.gz.sha256')).toEqual([['b.tar.gz', 8, 'b.tar.gz']]);
  });

  test('are none where it is gone', async () => {
    expect(await opened('b.tar.gz')).toEqual([]);
  });
});
