import { afterAll, beforeAll, describe, test } from 'vitest';
import { Corpus } from './support/corpus.ts';
import { expectProven } from './support/expectations.ts';
import { roles, shapes } from './support/shapes.ts';
import { SourceServer } from './support/source-server.ts';

const manyTables = 400;
const dumps = new Map<string, Buffer>();
const dumpOf = (name: string): Buffer => dumps.get(name) ?? Buffer.alloc(0);
let corpus: Corpus;

beforeAll(async () => {
  await SourceServer.use(async (source) => {
    for (const role of roles)
      await source.sql(`CREATE ROLE ${role} ${role === 'supabase_admin' ? 'SUPERUSER' : ''}`);
    for (const { what, sql, options = [] } of shapes) {
      const database = await source.database(sql);
      dumps.set(`plain: ${what}`, source.dump(database));
      dumps.set(`custom: ${what}`, source.dump(database, '-Fc'));
      for (const more of options) dumps.set(`${more}: ${what}`, source.dump(database, ...more.split(' ')));
    }
    const tables = Array.from(
      { length: manyTables },
      (_, n) =>
        `CREATE TABLE t${n} (id int PRIMARY KEY); ${n % 3 === 0 ? '' : `INSERT INTO t${n} VALUES (1);`}`,
    );
    const wide = Array.from({ length: 1500 }, (_, n) => `c${n} int`).join(', ');
    const database = await source.database(
      `${tables.join('\n')} CREATE TABLE wide (${wide}); INSERT INTO wide (c0) VALUES (1);
       CREATE TABLE long (v text); INSERT INTO long VALUES (repeat('x', 20000000));`,
    );
    dumps.set('custom: hundreds of tables, a wide one, a row of 20 MB', source.dump(database, '-Fc'));
  });
  corpus = new Corpus();
}, 300_000);
afterAll(() => corpus?.close());

const names = [
  ...shapes.flatMap(({ what, options = [] }) => [
    `plain: ${what}`,
    `custom: ${what}`,
    ...options.map((more) => `${more}: ${what}`),
  ]),
  'custom: hundreds of tables, a wide one, a row of 20 MB',
];

describe('a good dump is PROVEN', () => {
  test.each(names)('%s', async (name) => {
    await expectProven(corpus, name.startsWith('custom') ? 'shape.dump' : 'shape.sql', dumpOf(name));
  });
});
