import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { FindingCode } from '../../lib/domain/findings/findings.ts';
import type { Verdict } from '../../lib/domain/findings/verdict.ts';
import { Corpus, type DumpContent } from './support/corpus.ts';
import {
  blockReplaced,
  cutAfter,
  gzipMembers,
  inserted,
  without,
  withoutMember,
  zeroed,
} from './support/damage.ts';
import { expectOutcome, expectProven } from './support/expectations.ts';
import { SourceServer } from './support/source-server.ts';

interface Dumps {
  plain: Buffer;
  text: string;
  gzip: Buffer;
  custom: Buffer;
  tar: Buffer;
  directory: Map<string, Buffer>;
  cluster: Buffer;
}

let dumps: Dumps;
let corpus: Corpus;

beforeAll(async () => {
  dumps = await SourceServer.use(async (source) => {
    const shop = await source.shop();
    const plain = source.dump(shop);
    return {
      plain,
      text: plain.toString(),
      gzip: gzipSync(plain),
      custom: source.dump(shop, '-Fc'),
      tar: source.dump(shop, '-Ft'),
      directory: source.directoryDump(shop),
      cluster: source.cluster(),
    };
  });
  corpus = new Corpus();
});
afterAll(() => corpus?.close());

const compressed = (program: 'zstd' | 'xz' | 'bzip2' | 'lz4', content: Buffer): Buffer =>
  execFileSync(program, ['-c'], { input: content, maxBuffer: 1 << 30 });
const has = (program: string): boolean => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const compressors = (['zstd', 'xz', 'bzip2', 'lz4'] as const).filter(has);

/** Data files of the directory dump, the largest first. */
const dataFiles = (): [string, Buffer][] =>
  [...dumps.directory].filter(([name]) => name !== 'toc.dat').sort(([, a], [, b]) => b.length - a.length);
const dataFile = (index: number): [string, Buffer] => dataFiles()[index] ?? ['', Buffer.alloc(0)];
const directoryWith = (...files: [string, Buffer | null][]): Map<string, Buffer> => {
  const changed = new Map(dumps.directory);
  for (const [name, content] of files) {
    if (content === null) changed.delete(name);
    else changed.set(name, content);
  }
  return changed;
};

describe('a whole dump', () => {
  const forms: [string, () => DumpContent][] = [
    ['shop.sql', () => dumps.plain],
    ['shop.sql.gz', () => dumps.gzip],
    ['shop.dump', () => dumps.custom],
    ['shop.tar', () => dumps.tar],
    ['shop.dir', () => dumps.directory],
    ['cluster.sql', () => dumps.cluster],
    ['two-members.sql.gz', () => gzipMembers(dumps.plain.subarray(0, 90_000), dumps.plain.subarray(90_000))],
    ['padded.sql.gz', () => Buffer.concat([dumps.gzip, Buffer.alloc(512)])],
    ['byte-order-mark.sql', () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), dumps.plain])],
    ['windows-lines.sql', () => dumps.text.replaceAll('\n', '\r\n')],
    ...compressors.map((program): [string, () => DumpContent] => [
      `shop.sql.${program}`,
      () => compressed(program, dumps.plain),
    ]),
  ];
  test.each(forms)('is PROVEN: %s', async (name, content) => {
    await expectProven(corpus, name, content());
  });
});

type Case = [
  name: string,
  content: () => DumpContent,
  code: FindingCode,
  verdict?: Exclude<Verdict, 'PROVEN'>,
];

const expectCases = (cases: Case[]): void => {
  test.each(cases)('is named: %s', async (name, content, code, verdict = 'NOT_PROVEN') => {
    await expectOutcome(corpus, name, content(), { verdict, code });
  });
};

describe('a dump that ends early', () => {
  expectCases([
    [
      'without-footer.sql',
      () => without(dumps.text, /--\n-- PostgreSQL database dump complete\n--\n/),
      'DUMP_TRUNCATED',
    ],
    ['after-a-table.sql', () => cutAfter(dumps.text, /CREATE TABLE shop\.orders[^;]*;\n/), 'DUMP_TRUNCATED'],
    [
      'after-its-rows.sql',
      () => cutAfter(dumps.text, /\nCOPY shop\.orders [\s\S]*?\n\\\.\n/),
      'DUMP_TRUNCATED',
    ],
    [
      'among-the-keys.sql',
      () => cutAfter(dumps.text, /ADD CONSTRAINT orders_pkey[^;]*;\n/),
      'DUMP_TRUNCATED',
    ],
    [
      'among-the-keys.sql.gz',
      () => gzipSync(cutAfter(dumps.text, /ADD CONSTRAINT orders_pkey[^;]*;\n/)),
      'DUMP_TRUNCATED',
    ],
    ['header-only.sql', () => dumps.plain.subarray(0, 200), 'DUMP_TRUNCATED'],
    ['.shop.sql.gz.Xy12Za', () => dumps.gzip.subarray(0, 20_000), 'DUMP_TRUNCATED'],
    ['without-trailer.sql.gz', () => dumps.gzip.subarray(0, -4), 'DUMP_TRUNCATED'],
    ['second-member-missing.sql.gz', () => gzipMembers(dumps.plain.subarray(0, 90_000)), 'DUMP_TRUNCATED'],
    [
      'second-member-cut.sql.gz',
      () => gzipMembers(dumps.plain.subarray(0, 90_000), dumps.plain.subarray(90_000)).subarray(0, -9000),
      'DUMP_TRUNCATED',
    ],
    [
      'cluster.sql',
      () => without(dumps.cluster.toString(), /-- PostgreSQL database cluster dump complete\n/),
      'DUMP_TRUNCATED',
    ],
    ['shop.dump', () => dumps.custom.subarray(0, -700), 'DUMP_TRUNCATED'],
    ['magic-only.dump', () => 'PGDMP', 'DUMP_TRUNCATED'],
    ['shop.tar', () => dumps.tar.subarray(0, 150_000), 'DUMP_TRUNCATED'],
    ['without-end-mark.tar', () => dumps.tar.subarray(0, -1024), 'DUMP_TRUNCATED'],
    [
      'without-a-member.tar',
      () => withoutMember(dumps.tar, (name) => /^\d+\.dat$/.test(name)),
      'DUMP_TRUNCATED',
    ],
    ...compressors.map(
      (program): Case => [
        `shop.sql.${program}`,
        () => compressed(program, dumps.plain).subarray(0, -50),
        'DUMP_TRUNCATED',
      ],
    ),
  ]);
});

describe('a directory dump', () => {
  expectCases([
    ['without-a-file.dir', () => directoryWith([dataFile(0)[0], null]), 'DUMP_TRUNCATED'],
    ['with-an-empty-file.dir', () => directoryWith([dataFile(0)[0], Buffer.alloc(0)]), 'DUMP_TRUNCATED'],
    ['with-gzip-of-nothing.dir', () => directoryWith([dataFile(0)[0], gzipSync('')]), 'DUMP_TRUNCATED'],
    [
      'with-a-cut-file.dir',
      () => directoryWith([dataFile(0)[0], dataFile(0)[1].subarray(0, 500)]),
      'DUMP_TRUNCATED',
    ],
    [
      'with-a-cut-contents.dir',
      () => directoryWith(['toc.dat', dumps.directory.get('toc.dat')?.subarray(0, 3000) ?? null]),
      'DUMP_TRUNCATED',
    ],
    [
      'with-swapped-files.dir',
      () => directoryWith([dataFile(0)[0], dataFile(1)[1]], [dataFile(1)[0], dataFile(0)[1]]),
      'ROWS_REJECTED',
    ],
    ['without-contents.dir', () => directoryWith(['toc.dat', null]), 'DUMP_TRUNCATED'],
  ]);
});

describe('a dump with damaged bytes', () => {
  expectCases([
    ['zeros-in-rows.sql', () => zeroed(dumps.plain, 100_000), 'DUMP_CORRUPT'],
    ['zeros-at-the-start.sql', () => zeroed(dumps.plain, 0), 'DUMP_CORRUPT'],
    ['zeros-at-the-end.sql', () => zeroed(dumps.plain, dumps.plain.length - 4096), 'DUMP_CORRUPT'],
    ['zeros.sql.gz', () => zeroed(dumps.gzip, 16_384), 'DUMP_CORRUPT'],
    ['zeros-in-contents.dump', () => zeroed(dumps.custom, 4096), 'DUMP_CORRUPT'],
    ['zeros-in-contents.tar', () => zeroed(dumps.tar, 4096), 'DUMP_CORRUPT'],
    ['block-replaced.sql', () => blockReplaced(dumps.plain, 65_536, 0, 65_536), 'ROWS_REJECTED'],
    ['block-replaced.tar', () => blockReplaced(dumps.tar, 131_072, 65_536, 65_536), 'DUMP_CORRUPT'],
    ['bytes-inserted.dump', () => inserted(dumps.custom, 30_000, 'abc'), 'DUMP_CORRUPT'],
    ['bytes-inserted.tar', () => inserted(dumps.tar, 130_000, 'abc'), 'DUMP_CORRUPT'],
    ['nul-in-rows.sql', () => inserted(dumps.plain, 100_000, '\0'), 'DUMP_CORRUPT'],
    [
      'middle-member-missing.sql.gz',
      () => gzipMembers(dumps.plain.subarray(0, 60_000), dumps.plain.subarray(120_000)),
      'ROWS_REJECTED',
    ],
    ['first-member-missing.sql.gz', () => gzipMembers(dumps.plain.subarray(90_000)), 'DUMP_NOT_A_DUMP'],
    [
      'windows-lines-in-part.sql',
      () => dumps.text.slice(0, 100_000) + dumps.text.slice(100_000).replaceAll('\n', '\r\n'),
      'ROWS_REJECTED',
    ],
  ]);
});

describe('a dump with something added', () => {
  expectCases([
    ['twice.sql', () => Buffer.concat([dumps.plain, dumps.plain]), 'DUMPS_JOINED'],
    ['twice.sql.gz', () => Buffer.concat([dumps.gzip, dumps.gzip]), 'DUMPS_JOINED'],
    ['twice.dump', () => Buffer.concat([dumps.custom, dumps.custom]), 'DUMP_CORRUPT'],
    ['words-after.sql', () => `${dumps.text}blah blah blah\n`, 'DUMP_CORRUPT'],
    ['words-after.dump', () => Buffer.concat([dumps.custom, Buffer.from('garbage')]), 'DUMP_CORRUPT'],
    [
      'kubectl-before.sql',
      () => `Defaulted container "postgres" out of: postgres, metrics\n${dumps.text}`,
      'DUMP_CORRUPT',
    ],
    [
      'verbose-before.sql',
      () => `pg_dump: last built-in OID is 16383\npg_dump: reading extensions\n${dumps.text}`,
      'DUMP_CORRUPT',
    ],
    [
      'verbose-inside.sql',
      () => dumps.text.replace('CREATE TABLE shop.orders', 'pg_dump: creating TABLE "shop.orders"\n$&'),
      'STATEMENT_REFUSED',
    ],
  ]);
});

describe('a file that is no dump', () => {
  const lines: [string, () => DumpContent][] = [
    ['utf16.sql', () => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(dumps.text, 'utf16le')])],
    ['login-page.sql.gz', () => '<!DOCTYPE html><html><body>Log in</body></html>'],
    ['image.sql.gz', () => Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(100, 7)])],
    ['error.json', () => '{"message":"unauthorized"}'],
    ['lfs.sql.gz', () => 'version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 1\n'],
    ['error.sql', () => 'pg_dump: error: connection to server at "db" failed: FATAL:  no such role\n'],
    ['ssh.sql', () => 'ssh: connect to host db port 22: Connection refused\n'],
    ['shell.sql', () => 'bash: pg_dump: command not found\n'],
    ['empty.tar', () => Buffer.alloc(10_240)],
    ['mysql.sql', () => '-- MySQL dump 10.13\n\nCREATE TABLE `a` (`id` int(11)) ENGINE=InnoDB;\n'],
    ['sql-server.sql', () => 'USE [shop]\nGO\nCREATE TABLE [dbo].[a] ([id] int)\nGO\n'],
  ];
  expectCases(lines.map(([name, content]): Case => [name, content, 'DUMP_NOT_A_DUMP']));
  expectCases([
    ['line-end.sql', () => '\n', 'DUMP_EMPTY'],
    ['seven.sql.gz', () => Buffer.from('377abcaf271c0004', 'hex'), 'COMPRESSION_UNKNOWN', 'COULD_NOT_VERIFY'],
    ['zip.sql.gz', () => Buffer.from('504b0304140001000800', 'hex'), 'DUMP_TRUNCATED'],
  ]);
});
