import { execFileSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { readInfoFile } from '../../../../lib/recovery/physical/pgbackrest/info-file.ts';
import { openBackup, type StanzaFile } from '../../../../lib/recovery/physical/pgbackrest/open-backup.ts';
import { decryptRepository } from '../../../../lib/recovery/physical/pgbackrest/repository-cipher.ts';
import { opensslProgram } from '../../../../scripts/oracle-programs.mjs';
import {
  encryptedAs,
  infoFile,
  pgBackRestFiles,
  type RepositoryContent,
} from '../../../support/pgbackrest-repository.ts';

const [full, incremental] = ['20261120-021503F', '20261120-021503F_20261120-090000I'];
const lsns = { startLsn: '0/E00028', stopLsn: '0/F00088' };

const repository = (wanted: Partial<RepositoryContent> = {}): Map<string, Buffer> =>
  pgBackRestFiles({
    passphrase: 'right',
    systemIdentifier: '7710052130682434169',
    backups: [
      {
        label: full,
        files: new Map([
          ['PG_VERSION', Buffer.from('15\n')],
          ['base/1/1=a', Buffer.alloc(9000, 1)],
          ['base/1/2', Buffer.alloc(0)],
        ]),
        ...lsns,
      },
      {
        label: incremental,
        files: new Map([
          ['PG_VERSION', Buffer.from('15\n')],
          ['base/1/1=a', Buffer.alloc(9000, 2)],
        ]),
        ...lsns,
      },
    ],
    segments: new Map(),
    ...wanted,
  });

const opened = (files: ReadonlyMap<string, Buffer>, label: string, passphrase: string | null = 'right') => {
  const stanza = [...files].flatMap(([path, bytes]): StanzaFile[] =>
    path.startsWith('backup/main/')
      ? [
          {
            name: path.slice('backup/main/'.length),
            sizeBytes: bytes.length,
            open: async () => Readable.from([bytes]),
            openRange: async ({ startByte = 0, endByte = bytes.length }) =>
              Readable.from([bytes.subarray(startByte, endByte + 1)]),
          },
        ]
      : [],
  );
  return openBackup(stanza, label, { passphrase });
};

async function read(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Content by name. */
async function contentOf(files: ReadonlyMap<string, Buffer>, label: string) {
  const backup = await opened(files, label);
  if (backup.kind !== 'backup') throw new Error(JSON.stringify(backup));
  const content: Record<string, Buffer> = {};
  for (const file of backup.files) content[file.name] = await read(await file.open());
  return content;
}

describe('a backup of a pgBackRest repository', () => {
  test.each([
    ['file by file', {}],
    ['without encryption', { passphrase: null }],
    ['in bundles', { isBundled: true }],
  ])('is read %s', async (_, wanted) => {
    expect(await contentOf(repository(wanted), full)).toEqual({
      PG_VERSION: Buffer.from('15\n'),
      'base/1/1=a': Buffer.alloc(9000, 1),
      'base/1/2': Buffer.alloc(0),
    });
  });

  test('takes from an earlier one what did not change, and tells the WAL that it needs', async () => {
    const files = repository();
    expect([...files.keys()].filter((path) => path.includes('PG_VERSION'))).toHaveLength(1);
    expect((await contentOf(files, incremental))['base/1/1=a']).toEqual(Buffer.alloc(9000, 2));
    expect(await opened(files, incremental)).toMatchObject({
      systemIdentifier: '7710052130682434169',
      walRanges: [{ timeline: 1, startLsn: '0/E00028', endLsn: '0/F00088' }],
    });
  });

  test('is not read without the passphrase, nor with any of two hundred others', async () => {
    const files = repository();
    await expect(opened(files, full, null)).rejects.toMatchObject({ code: 'DUMP_ENCRYPTED' });
    for (let index = 0; index < 200; index += 1)
      await expect(opened(files, full, `wrong ${index}`)).rejects.toMatchObject({
        code: 'DECRYPTION_FAILED',
      });
  });

  test('lacks a file by its name', async () => {
    const files = repository();
    files.delete(`backup/main/${full}/pg_data/PG_VERSION.gz`);
    expect(await opened(files, incremental)).toEqual({ kind: 'missing', names: ['PG_VERSION'] });
  });

  test('does not give a file that is not what its manifest says', async () => {
    const files = repository({ passphrase: null });
    const [first, other] = [`${full}/pg_data/PG_VERSION.gz`, `${full}/pg_data/base/1/1=a.gz`];
    files.set(`backup/main/${first}`, files.get(`backup/main/${other}`) ?? Buffer.alloc(0));
    await expect(contentOf(files, full)).rejects.toMatchObject({
      code: 'DUMP_CORRUPT',
      message: 'PG_VERSION is not what the manifest says',
    });
  });

  test('is not read where its files are cut into blocks', async () => {
    const files = repository({ passphrase: null });
    const entry = { size: 1, checksum: 'a'.repeat(40), bims: 24 };
    files.set(
      `backup/main/${full}/backup.manifest`,
      Buffer.from(infoFile({ 'target:file': { 'pg_data/1': entry } })),
    );
    expect(await opened(files, full)).toMatchObject({ kind: 'unread' });
  });
});

describe('what pgBackRest keeps', () => {
  test('is encrypted as openssl encrypts with SHA-1', async () => {
    const content = Buffer.alloc(100_000, 'content');
    const words = ['enc', '-aes-256-cbc', '-md', 'sha1', '-pass', 'pass:right'];
    const stored = execFileSync(opensslProgram(), words, {
      input: content,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    expect(await read(decryptRepository(Readable.from([stored]), 'right'))).toEqual(content);
    expect(await read(decryptRepository(Readable.from([encryptedAs('right', content)]), 'right'))).toEqual(
      content,
    );
  });

  test.each<[string, (text: string) => string, RegExp]>([
    ['cut', (text) => text.slice(0, -80), /its checksum/],
    ['without a line', (text) => text.replace(/^pg_data\/2=.*\n/m, ''), /does not match/],
    ['changed', (text) => text.replace('"size":2', '"size":3'), /does not match/],
    ['of another kind', () => 'hello', /none that pgBackRest writes/],
  ])('is refused %s', (_, broken, reason) => {
    const text = infoFile({ 'target:file': { 'pg_data/1': { size: 1 }, 'pg_data/2': { size: 2 } } });
    expect(readInfoFile(text)).not.toBeTypeOf('string');
    expect(readInfoFile(broken(text))).toMatch(reason);
  });
});
