import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { postgresqlPrograms } from '../../scripts/oracle-programs.mjs';
import { TestServer } from '../support/server.ts';
import { builtCommandLine, type CommandLine } from './support/command-line.ts';
import { written } from './support/fixtures.ts';
import { World } from './support/world.ts';

const shop = `
create extension citext;
create type mood as enum ('ok', 'bad');
create table customers (id serial primary key, email citext, name text, feeling mood, owed money);
insert into customers (email, name, feeling, owed) select 'C' || n || '@example.org', 'Zoë ' || n, 'ok', n from generate_series(1, 200) n;
create table orders (id int primary key, customer_id int references customers, note text, at timestamptz default '2026-11-01', weight float8);
insert into orders select n, n, case n % 3 when 0 then null when 1 then '' else 'line' || n end, '2026-11-01', n / 7.0 from generate_series(1, 200) n;
create table log (at date, line text) partition by range (at);
create table log_10 partition of log for values from ('2026-10-01') to ('2026-11-01');
create table log_11 partition of log for values from ('2026-11-01') to ('2026-12-01');
insert into log select '2026-10-15'::date + n, 'l' || n from generate_series(1, 30) n;
create table readings (value int);
insert into readings select n from generate_series(1, 50) n;
select lo_from_bytea(0, decode(repeat('00ff', 1000), 'hex'));
`;

let commandLine: CommandLine;
let source: TestServer;
let world: World;

beforeAll(async () => {
  commandLine = await builtCommandLine();
  source = await TestServer.shared('source');
  await source.createDatabase('shop');
  await source.sql('shop', shop);
});
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

const connected = () => ({ PGHOST: source.directory, PGPORT: String(source.port), PGUSER: source.superuser });

/** Runs `restore-drill witness` with these words, and gives the path of the dump. */
async function witnessed(name: string, words: string[], options: string[] = []): Promise<string> {
  const file = world.path(name);
  const ended = await world.run(['witness', ...options, '--', 'pg_dump', '-f', file, ...words, 'shop'], {
    env: connected(),
  });
  expect(ended).toMatchObject({ code: 0 });
  return file;
}

describe('what was restored equals the source, and the verdict says so', () => {
  test.each([
    ['plain.sql', ['-Fp']],
    ['custom.dump', ['-Fc']],
    ['archive.tar', ['-Ft']],
    ['folder.dir', ['-Fd', '-j', '2']],
    ['inserts.sql', ['--rows-per-insert=50']],
    ['rooted.dump', ['-Fc', '--load-via-partition-root']],
  ])('%s', async (name, words) => {
    const file = await witnessed(name, words);
    const { record, stderr } = await world.expectProven(['--dump', file]);
    expect(record.witness).toEqual({ tables: 5, contents: 5, rows: 480 });
    expect(stderr.replace(/\s+/g, ' ')).toContain('Content equals the source: 5 tables, 480 rows.');
  });

  test('through a pipe, where the witness is named by hand', async () => {
    const [file, cli] = [world.path('piped.sql.gz'), commandLine.file];
    execFileSync(
      'sh',
      [
        '-c',
        `"${process.execPath}" "${cli}" witness --output "${file}.witness.json" -- pg_dump shop | gzip > "${file}"`,
      ],
      { env: { ...process.env, ...world.environment, ...connected() }, stdio: 'pipe' },
    );
    const { record } = await world.expectProven(['--dump', file]);
    expect(record.witness).toMatchObject({ contents: 5 });
  });

  test('of what pg_dump was asked for, and of nothing else', async () => {
    const file = await witnessed('some.dump', ['-Fc', '-t', 'log*', '-t', 'readings']);
    const { record } = await world.expectProven(['--dump', file]);
    expect(record.witness).toEqual({ tables: 3, contents: 3, rows: 80 });
    expect(record.notTested.join('\n')).toMatch(/what the source held: .*public\.orders/);
  });

  test('with counts only of the tables so named, and nothing of those left out', async () => {
    const file = await witnessed(
      'counted.dump',
      ['-Fc'],
      [...['--counts-only', 'public.log_*', '--exclude', 'public.readings']],
    );
    const { record } = await world.expectProven(['--dump', file]);
    expect(record.witness).toEqual({ tables: 4, contents: 2, rows: 430 });
  });
});

describe('damage that nothing in the dump tells', () => {
  /** Changes the rows of a table within the text of a plain dump. */
  const change = (file: string, table: string, rows: (lines: string[]) => string[]) => {
    const text = readFileSync(file, 'utf8').replace(
      new RegExp(`^(COPY public\\.${table} [^\\n]*\\n)([\\s\\S]*?\\n)(\\\\\\.\\n)`, 'm'),
      (_all, head: string, body: string, end: string) =>
        `${head}${rows(body.trimEnd().split('\n'))
          .map((line) => `${line}\n`)
          .join('')}${end}`,
    );
    writeFileSync(file, text);
  };

  test.each<[string, string, (lines: string[]) => string[], RegExp]>([
    [
      'rows cut out at their line ends',
      'orders',
      (lines) => lines.toSpliced(90, 20),
      /orders holds 180 rows; the source held 200/,
    ],
    [
      'rows doubled where no key forbids it',
      'readings',
      (lines) => [...lines, ...lines.slice(0, 3)],
      /readings holds 53 rows; the source held 50/,
    ],
    [
      'text that was encoded twice',
      'customers',
      (lines) => lines.map((line) => Buffer.from(line, 'utf8').toString('latin1')),
      /customers holds as many rows as the source \(200\), but other values/,
    ],
    [
      'one row in the place of another',
      'readings',
      (lines) => lines.with(4, lines[9] ?? ''),
      /readings holds as many rows as the source \(50\), but other values/,
    ],
    [
      'an empty text for none',
      'orders',
      (lines) => lines.map((line) => line.replace('\t\\N\t', '\t\t')),
      /orders .* other values/,
    ],
  ])('%s', async (_what, table, rows, message) => {
    const file = await witnessed('shop.sql', []);
    change(file, table, rows);
    const { record } = await world.expectDrill(['--dump', file], {
      verdict: 'NOT_PROVEN',
      code: 'CONTENT_DIFFERS',
    });
    const told = record.findings.filter(({ code }) => code === 'CONTENT_DIFFERS');
    expect(told.map((one) => one.message)).toEqual([expect.stringMatching(message)]);
    expect(JSON.stringify(record)).not.toContain('Zoë');
  });

  test('a witness that was cut off is told, and nothing is proven by it', async () => {
    const file = await witnessed('shop.dump', ['-Fc']);
    const text = readFileSync(`${file}.witness.json`, 'utf8');
    writeFileSync(`${file}.witness.json`, text.slice(0, text.length / 2));
    await world.expectDrill(['--dump', file], { verdict: 'COULD_NOT_VERIFY', code: 'WITNESS_UNREADABLE' });
  });

  test('a changed byte of a dump of the same size is told by its digest', async () => {
    const file = await witnessed('shop.sql', []);
    writeFileSync(file, readFileSync(file, 'utf8').replace('Name: customers;', 'Name: Customers;'));
    await world.expectDrill(['--dump', file], { verdict: 'NOT_PROVEN', code: 'CHECKSUM_MISMATCH' });
  });

  test('a dump that was compressed afterwards is compared with the witness of its first name', async () => {
    const file = await witnessed('shop.sql', []);
    writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)));
    const { record } = await world.expectProven(['--dump', `${file}.gz`]);
    expect(record.witness).toMatchObject({ contents: 5 });
  });
});

describe('the backup job', () => {
  test('gets the exit code of a pg_dump that fails, and no witness', async () => {
    const file = world.path('no.dump');
    const words = ['witness', '--', 'pg_dump', '-f', file, '-t', 'nothing_like_it', 'shop'];
    expect(await world.run(words, { env: connected() })).toMatchObject({ code: 1 });
    expect(() => readFileSync(`${file}.witness.json`)).toThrow('ENOENT');
  });

  test('gets its dump, and exit code 2, when the witness cannot be taken', async () => {
    const file = world.path('whole.dump');
    // Without a psql beside it, nobody can ask the source.
    const program = written(
      world.path('bin'),
      'pg_dump',
      `#!/bin/sh\nexec ${postgresqlPrograms(15)}/pg_dump "$@"\n`,
    );
    chmodSync(program, 0o755);
    const ended = await world.run(['witness', '--', program, '-f', file, 'shop'], { env: connected() });
    expect(ended).toMatchObject({ code: 2 });
    expect(ended.stderr).toMatch(/no witness was taken: .*psql could not be started/);
    expect(readFileSync(file, 'utf8')).toContain('COPY public.orders');
  });

  test('of a role that may read some tables only is witnessed as far as that role sees', async () => {
    await source.sql('postgres', 'drop role if exists reader');
    await source.sql('postgres', 'create role reader login');
    await source.sql('shop', 'grant select on readings to reader');
    const file = await witnessed('some.dump', ['-Fc', '-U', 'reader', '-t', 'readings']);
    await source.sql('shop', 'drop owned by reader');
    const { record } = await world.expectProven(['--dump', file]);
    expect(record.witness).toEqual({ tables: 1, contents: 1, rows: 50 });
  });

  test('must say where the witness goes when the dump has no name', async () => {
    expect(await world.run(['witness', '--', 'pg_dump', 'shop'], { env: connected() })).toMatchObject({
      code: 64,
    });
  });
});
