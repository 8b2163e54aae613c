import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFolderDumpStore } from '../../../../lib/adapters/dump-stores/folder/folder-dump-store.ts';
import { unpackVerified } from '../../../../lib/recovery/physical/recovering/unpack-verified.ts';
import { written } from '../../../e2e/support/fixtures.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'restore-drill-verified-'));
  for (const name of ['data', 'tablespaces']) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a base backup of a machine of another architecture is refused in words', async () => {
  const control = Buffer.alloc(8192);
  control.writeUInt32BE(1300, 8);
  written(join(folder, 'backups/base'), 'PG_VERSION', '15\n');
  written(
    join(folder, 'backups/base'),
    'backup_label',
    'START WAL LOCATION: 0/F00028 (file 00000001000000000000000F)\nCHECKPOINT LOCATION: 0/F00060\n',
  );
  written(join(folder, 'backups/base/global'), 'pg_control', control);
  const store = createFolderDumpStore(join(folder, 'backups'));
  const { base, findings } = await unpackVerified(
    { store, key: 'base/', walPrefix: 'wal/', keys: { passphrase: null } },
    { dataDirectory: join(folder, 'data'), tablespaceDirectory: join(folder, 'tablespaces') },
    { isSnapshot: false, signal: new AbortController().signal, onBytes: () => {} },
  );

  expect(base).toBeNull();
  expect(findings).toContainEqual(
    expect.objectContaining({
      code: 'BASE_BACKUP_REFUSED',
      severity: 'error',
      message: expect.stringContaining('big-endian'),
    }),
  );
});
