/** A chain of incremental backups is what PostgreSQL's own pg_combinebackup makes of it, byte for byte. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createFolderDumpStore } from '../../../../lib/adapters/dump-stores/folder/folder-dump-store.ts';
import type { BaseBackupSource } from '../../../../lib/ports/recovery.ts';
import { combineChain } from '../../../../lib/recovery/physical/recovering/combine-chain.ts';
import { unpackMember } from '../../../../lib/recovery/physical/recovering/unpack-member.ts';
import { postgresqlPrograms } from '../../../../scripts/oracle-programs.mjs';
import { type IncrementalChain, makeIncrementalChain } from '../../../support/incremental-chain.ts';
import { placed } from './support/handed-over.ts';

let chain: IncrementalChain;
let folder: string;
beforeAll(async () => {
  chain = await makeIncrementalChain('p');
});
afterAll(() => rmSync(chain.folder, { recursive: true, force: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'restore-drill-combining-'));
  cpSync(chain.backups, join(folder, 'backups'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const backup = (index: number): string => join(folder, 'backups', chain.names[index] ?? '');
const place = () => ({
  dataDirectory: join(folder, 'data'),
  tablespaceDirectory: join(folder, 'tablespaces'),
});

const ofFolder = (): BaseBackupSource => ({
  ...{ store: createFolderDumpStore(join(folder, 'backups')), keys: { passphrase: null } },
  ...{ key: `${chain.names[2]}/`, walPrefix: 'wal/' },
});

/** What becomes of the last backup. */
async function combined(source = ofFolder()) {
  for (const each of Object.values(place())) {
    rmSync(each, { recursive: true, force: true });
    mkdirSync(each);
  }
  const options = { isSnapshot: false, signal: new AbortController().signal, onBytes: () => {} };
  const last = await unpackMember(source, place(), options);
  if (last.kind === 'refused' || last.label === null) throw new Error(JSON.stringify(last));
  return combineChain(source, place(), { ...last, label: last.label }, options);
}

/** SHA-256 by name of all files, without those that tell of the backup and not of the cluster. */
function digests(root: string): Map<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  const found = new Map<string, string>();
  for (const { name, parentPath } of files) {
    const path = join(parentPath, name);
    if (name !== 'backup_manifest')
      found.set(path.slice(root.length), createHash('sha256').update(readFileSync(path)).digest('hex'));
  }
  return found;
}

const refused = (code: string, message: RegExp) => ({
  kind: 'refused',
  findings: [expect.objectContaining({ code, message: expect.stringMatching(message) })],
});

test('a chain of three becomes what pg_combinebackup makes of it, and is found beside its last where that alone is named', async () => {
  const oracle = join(folder, 'oracle');
  execFileSync(join(postgresqlPrograms(17), 'pg_combinebackup'), [
    ...chain.names.map((_, index) => backup(index)),
    ...['-o', oracle],
  ]);

  for (const source of [ofFolder(), await placed(backup(2), chain.wal)]) {
    expect(await combined(source)).toMatchObject({
      ...{ kind: 'unpacked', findings: [{ code: 'BASE_BACKUP_COMBINED' }] },
    });
    expect(digests(join(folder, 'data'))).toEqual(digests(oracle));
  }
  expect(readdirSync(folder).sort()).toEqual(['backups', 'data', 'oracle', 'tablespaces']);
});

test('a chain without the one in the middle, or without the full one, is named incomplete', async () => {
  renameSync(backup(1), join(folder, 'away'));
  expect(await combined()).toMatchObject(
    refused('BASE_BACKUP_CHAIN_INCOMPLETE', /began at 0\/.* is missing/),
  );

  renameSync(join(folder, 'away'), backup(1));
  rmSync(backup(0), { recursive: true });
  expect(await combined()).toMatchObject(
    refused('BASE_BACKUP_CHAIN_INCOMPLETE', /is missing; of the chain 20260102T000000Z_incr\/ is there/),
  );
});

test('a chain with a damaged member is refused by the name of both', async () => {
  const files = readdirSync(join(backup(0), 'base'), { recursive: true }).map(String);
  const large = files.find((name) => /\/1259$/.test(name)) ?? '';
  truncateSync(join(backup(0), 'base', large), 8192);

  expect(await combined()).toMatchObject(
    refused('BASE_BACKUP_CORRUPT', /^20260101T000000Z_full\/: 1 file not as the manifest says: base/),
  );
});
