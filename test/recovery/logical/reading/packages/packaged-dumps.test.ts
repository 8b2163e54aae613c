import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { filesWithObjects } from '../archive/large-object-archive.ts';
import { compressedSamples, sampleDump } from '../support/compressed-samples.ts';
import { opened } from '../support/opening.ts';
import { type ZipFile, zipOf } from '../support/zips.ts';

type Files = [name: string, content: Buffer | string][];

async function tarOf(files: Files): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of files) tar.entry({ name }, Buffer.from(content));
  tar.finalize();
  const parts: Buffer[] = [];
  for await (const part of tar.pipe(new PassThrough())) parts.push(part);
  return Buffer.concat(parts);
}

const zipped = (files: Files): Buffer => zipOf(...files.map(([name, content]) => ({ name, content })));

const picture = Buffer.from('89504e470d0a1a0a0000', 'hex');
const uploads: Files = [
  ['uploads/default/1.png', picture],
  ['uploads/default/2.sql.gz', Buffer.from('1f8b08000000', 'hex')],
  ['uploads/set.txt', 'set of words that begins like SQL'],
];

describe('a package with one dump', () => {
  const layouts: [string, Files][] = [
    ['one dump', [['shop.sql', sampleDump]]],
    [
      'GitLab',
      [
        ['db/database.sql.gz', gzipSync(sampleDump)],
        ['repositories/a.bundle', '# v2 git bundle'],
        ...uploads,
      ],
    ],
    ['Discourse', [...uploads, ['dump.sql.gz', gzipSync(sampleDump)]]],
    [
      'offen/docker-volume-backup',
      [
        ['backup/app/config.json', '{}'],
        ['backup/db/shop.sql.zst', compressedSamples.zstd],
      ],
    ],
    [
      'the globals of its cluster beside it',
      [
        ['globals.sql', '--\n-- PostgreSQL database cluster dump\n--\n\nCREATE ROLE app;\n'],
        ['shop.sql', sampleDump],
      ],
    ],
    [
      'numbers as names',
      [
        ['uploads/4711.dat', 'an upload'],
        ['shop.sql', sampleDump],
      ],
    ],
    [
      'large uploads',
      [
        ['uploads/a.bin', randomBytes(900_000)],
        ['uploads/b.gz', gzipSync(randomBytes(900_000))],
        ['shop.sql', sampleDump],
        ['uploads/c.gz', gzipSync(randomBytes(900_000))],
      ],
    ],
    [
      'SQL of an application beside it',
      [
        ['app/migrations/1.sql', 'CREATE TABLE t();'],
        ['db.sql', sampleDump],
      ],
    ],
  ];

  test.each(layouts)('is read from a tar: %s', async (_, files) => {
    const outcome = await opened(await tarOf(files));
    expect(outcome).toMatchObject({ rows: 300, error: null });
    expect(outcome.wrappings?.[0]).toBe('tar');
  });

  test.each(layouts)('is read from a compressed tar: %s', async (_, files) => {
    expect(await opened(gzipSync(await tarOf(files)))).toMatchObject({ rows: 300, error: null });
  });

  test.each(layouts)('is read from a zip: %s', async (_, files) => {
    expect(await opened(zipped(files))).toMatchObject({ rows: 300, error: null });
  });

  test('is read from a package in a package, but no deeper', async () => {
    const once = zipped([['shop.sql', sampleDump]]);
    const twice = await tarOf([['backup.zip', once]]);
    expect(await opened(twice)).toMatchObject({ wrappings: ['tar', 'zip'], rows: 300 });
    expect((await opened(zipped([['backup.tar', twice]]))).error).toBe('COMPRESSION_UNKNOWN');
  });
});

describe('a directory dump in a zip', () => {
  const files = filesWithObjects(15, true);
  const inFolder = files.map(([name, bytes]): [string, Buffer] => [`shop/${name}`, bytes]);

  test.each([
    ['its contents first', inFolder],
    ['its contents last', inFolder.toReversed()],
    ['packed from inside', files],
  ])('is read to its end: %s', async (_, packed) => {
    expect(await opened(zipped(packed))).toMatchObject({ wrappings: ['zip'], error: null });
  });

  test('is cut where its contents are missing', async () => {
    const rest = inFolder.filter(([name]) => !name.endsWith('toc.dat') && !name.includes('blob'));
    expect(await opened(zipped(rest))).toMatchObject({ error: 'DUMP_TRUNCATED' });
  });
});

describe('a package with several dumps', () => {
  const two: Files = [
    ['db/main.sql', sampleDump],
    ['db/ci.sql', sampleDump],
  ];

  test.each([
    ['tar', tarOf],
    ['zip', async (files: Files) => zipped(files)],
  ])('names them and guesses none: %s', async (_, packed) => {
    const outcome = await opened(await packed(two));
    expect(outcome).toMatchObject({ error: 'PACKAGE_AMBIGUOUS', wrappings: null });
    expect(outcome.message).toContain('"db/main.sql", "db/ci.sql"');
  });

  test.each(['db/main.sql', 'db/m*.sql', './db/main.sql'])(
    'is read where the rule %s names one',
    async (member) => {
      expect(await opened(await tarOf(two), { member })).toMatchObject({ rows: 300, error: null });
      expect(await opened(zipped(two), { member })).toMatchObject({ rows: 300, error: null });
    },
  );

  test('is not guessed at when the rule names both or none', async () => {
    const bytes = await tarOf(two);
    expect((await opened(bytes, { member: 'db/*.sql' })).error).toBe('PACKAGE_AMBIGUOUS');
    expect(await opened(bytes, { member: 'main.sql' })).toMatchObject({
      error: 'DUMP_NOT_A_DUMP',
      message: expect.stringContaining('holds no member "main.sql"'),
    });
  });

  test('prints hostile names without doing what they say', async () => {
    const name = '../../etc/\u001b[2J\u202e\nFAKE.sql';
    const outcome = await opened(
      zipped([
        [name, sampleDump],
        ['b.sql', sampleDump],
      ]),
    );
    expect(outcome.error).toBe('PACKAGE_AMBIGUOUS');
    expect(outcome.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe('a package without a dump', () => {
  test.each([
    ['other files', uploads, 'DUMP_NOT_A_DUMP'],
    [
      'a dump of MySQL',
      [['shop.sql', '-- MySQL dump 10.13\nCREATE TABLE `t` (a int);\n']] as Files,
      'DUMP_NOT_A_DUMP',
    ],
    ['nothing', [] as Files, 'DUMP_EMPTY'],
  ])('says so: %s', async (_, files, code) => {
    expect((await opened(zipped(files))).error).toBe(code);
  });
});

describe('a zip', () => {
  const forms: [string, Partial<ZipFile>][] = [
    ['stored', { method: 'stored' }],
    ['deflated', {}],
    ['written to a pipe', { descriptor: 'marked' }],
    ['written to a pipe without the mark', { descriptor: 'bare' }],
    ['written to a pipe with large sizes', { descriptor: 'marked-64', zip64: true }],
    ['with sizes of zip64', { zip64: true }],
  ];

  test.each(forms)('is read %s', async (_, form) => {
    const readme = { name: 'README', content: 'about this', ...form };
    const bytes = zipOf(readme, { name: 'shop.sql', content: sampleDump, ...form }, readme);
    expect(await opened(bytes, {}, 333)).toEqual({ wrappings: ['zip'], rows: 300, error: null, message: '' });
  });

  test.each(forms)('is read %s beside members that are looked into and let go of', async (_, form) => {
    // Longer than what is looked at, and no text that compresses to less.
    const upload = { name: 'a.bin', content: randomBytes(900_000), ...form };
    const bytes = zipOf(
      upload,
      { name: 'shop.sql', content: sampleDump, ...form },
      { ...upload, name: 'b.bin' },
    );
    expect(await opened(bytes, {}, 65_536)).toMatchObject({ rows: 300, error: null });
  });

  test.each(forms)('that is cut anywhere is truncated, %s', async (_, form) => {
    const bytes = zipOf({ name: 'shop.sql', content: sampleDump, ...form });
    for (const share of [0.02, 0.5, 0.97, 0.999])
      expect((await opened(bytes.subarray(0, Math.floor(bytes.length * share)))).error).toBe(
        'DUMP_TRUNCATED',
      );
  });

  test('with a wrong checksum is corrupt', async () => {
    const bytes = zipOf({ name: 'shop.sql', content: sampleDump, wrongCrc: true });
    expect((await opened(bytes)).error).toBe('DUMP_CORRUPT');
  });

  test('that zip itself encrypted is named so', async () => {
    const bytes = zipOf({ name: 'shop.sql', content: sampleDump, encrypted: true });
    expect(await opened(bytes)).toMatchObject({
      error: 'DUMP_ENCRYPTED',
      message: expect.stringContaining('"shop.sql"'),
    });
  });

  test('whose directory names fewer members than it holds is corrupt', async () => {
    const one = zipOf({ name: 'a.sql', content: sampleDump });
    const member = one.subarray(0, one.indexOf(Buffer.from('504b0102', 'hex')));
    expect((await opened(Buffer.concat([member, one]))).error).toBe('DUMP_CORRUPT');
  });
});
