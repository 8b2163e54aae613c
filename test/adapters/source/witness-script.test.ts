import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeWitness } from '../../../lib/adapters/source/witness-taking.ts';
import { readPgDumpWords } from '../../../lib/domain/witness/pg-dump-words.ts';
import { parseWitness, type Witness } from '../../../lib/domain/witness/witness.ts';
import { postgresqlPrograms } from '../../../scripts/oracle-programs.mjs';
import { TestServer } from '../../support/server.ts';

const script = join(import.meta.dirname, '../../../docs/witness.sql');

let source: TestServer;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'restore-drill-witness-'));
  source = await TestServer.shared('source');
  await source.createDatabase('shop');
  await source.sql(
    'shop',
    `create table "Odd ""Name" (id serial primary key, "a b" text);
    insert into "Odd ""Name" ("a b") values ('x'), (null), ('');
    create table log (at date) partition by range (at);
    create table log_1 partition of log default; insert into log values ('2026-01-01');
    select lo_from_bytea(0, 'abc')`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bySnapshot = ({ source: { moment: _moment, ...said }, ...rest }: Witness) => ({ ...rest, said });

test('the script for psql says what the command says', async () => {
  const file = join(folder, 'app.dump');
  const programs = postgresqlPrograms(15);
  const place = ['-h', source.directory, '-p', String(source.port), '-U', source.superuser];
  const call = readPgDumpWords([join(programs, 'pg_dump'), ...place, '-Fc', '-f', file, 'shop']);
  const taken = await takeWitness(call, { countsOnly: [], excluded: [] });
  const text = 'text' in taken.witness ? taken.witness.text : taken.witness.problem.message;

  const before = { ...process.env };
  process.env.PG_DUMP_OPTIONS = `${place.join(' ')} -Fc -f ${file}.2 shop`;
  process.env.PATH = `${programs}:${before.PATH}`;
  try {
    source.tool('psql', ['-X', '-v', `witness=${file}.witness.json`, '-f', script, '-d', 'shop']);
  } finally {
    process.env = before;
  }
  const byScript = parseWitness(readFileSync(`${file}.witness.json`, 'utf8'));
  const byCommand = parseWitness(text);
  expect(bySnapshot(byScript)).toEqual({ ...bySnapshot(byCommand), dump: null });
  expect(byCommand.tables.map(({ name, rows, partitionOf }) => ({ name, rows, partitionOf }))).toEqual([
    { name: 'Odd "Name', rows: 3, partitionOf: null },
    { name: 'log_1', rows: 1, partitionOf: 'public.log' },
  ]);
  expect(byCommand.sequences).toEqual([
    { schema: 'public', name: 'Odd "Name_id_seq', least: '4', most: '4' },
  ]);
  expect(byCommand.largeObjects?.count).toBe(1);
});
