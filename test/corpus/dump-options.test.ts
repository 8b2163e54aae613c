import { afterAll, beforeAll, describe, test } from 'vitest';
import { Corpus } from './support/corpus.ts';
import { expectOutcome, expectProven } from './support/expectations.ts';
import { SourceServer } from './support/source-server.ts';

/** Options that leave a whole dump; those of the second list mean nothing to an archive. */
const forBoth = [
  '--no-owner --no-acl',
  '--clean --if-exists --create',
  '--quote-all-identifiers',
  '--disable-triggers',
  '--no-comments --no-tablespaces --no-toast-compression',
  '--load-via-partition-root',
  '--exclude-table-data=shop.events_2026_10',
  '--encoding=SQL_ASCII',
  '--use-set-session-authorization',
  '--enable-row-security --serializable-deferrable',
  '--blobs --verbose',
  '--section=pre-data --section=data --section=post-data',
];
const forPlain = [
  '--clean --create',
  '--clean',
  '--inserts',
  '--rows-per-insert=100 --disable-dollar-quoting',
  '--column-inserts --on-conflict-do-nothing --quote-all-identifiers',
];
const partial = {
  '--schema-only': 'NO_DATA',
  '--section=pre-data': 'NO_DATA',
  '--section=post-data': 'DEFINITIONS_ABSENT',
  '--data-only': 'DEFINITIONS_ABSENT',
} as const;
const ofClusters = [
  '',
  '--clean --if-exists',
  '--no-role-passwords --inserts',
  '--no-owner --no-acl --quote-all-identifiers',
];
const encodings: [string, string][] = [
  ['LATIN1', 'é'],
  ['WIN1252', 'é'],
  ['EUC_JP', 'あ'],
  ['SQL_ASCII', 'é'],
];

const dumps = new Map<string, Buffer>();
const dumpOf = (name: string): Buffer => dumps.get(name) ?? Buffer.alloc(0);
let corpus: Corpus;

beforeAll(async () => {
  await SourceServer.use(async (source) => {
    const shop = await source.shop();
    const words = (options: string): string[] => options.split(' ').filter((word) => word !== '');
    for (const options of [...forBoth, ...forPlain, ...Object.keys(partial)])
      dumps.set(`plain ${options}`, source.dump(shop, ...words(options)));
    for (const options of forBoth)
      dumps.set(`custom ${options}`, source.dump(shop, '-Fc', ...words(options)));
    const quoted = await source.database(
      'CREATE TABLE t (id int); INSERT INTO t VALUES (1)',
      '',
      'we"ird db\'s',
    );
    dumps.set('quoted', source.dump(quoted, '--create'));
    for (const [encoding, letter] of encodings) {
      const database = await source.database(
        `SET client_encoding = 'UTF8'; CREATE TABLE "t${letter}" (id int PRIMARY KEY, n text DEFAULT '${letter}');
         INSERT INTO "t${letter}" VALUES (1, '${letter}'); COMMENT ON TABLE "t${letter}" IS '${letter}';`,
        `TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`,
      );
      dumps.set(`${encoding} plain`, source.dump(database, '--create'));
      dumps.set(`${encoding} custom`, source.dump(database, '-Fc'));
      dumps.set(`${encoding} inserts`, source.dump(database, '--inserts'));
    }
    for (const options of ofClusters) dumps.set(`cluster ${options}`, source.cluster(...words(options)));
  });
  corpus = new Corpus();
}, 300_000);
afterAll(() => corpus?.close());

describe('a dump made with other options is PROVEN', () => {
  test.each([...forBoth, ...forPlain])('plain, %s', async (options) => {
    await expectProven(corpus, 'shop.sql', dumpOf(`plain ${options}`));
  });

  test.each(forBoth)('custom, %s', async (options) => {
    await expectProven(corpus, 'shop.dump', dumpOf(`custom ${options}`));
  });

  test('of a database with quotes in its name', async () => {
    await expectProven(corpus, 'quoted.sql', dumpOf('quoted'));
  });

  test.each(ofClusters)('a cluster of databases in many encodings, %s', async (options) => {
    await expectProven(corpus, 'cluster.sql', dumpOf(`cluster ${options}`));
  });

  test.each(
    encodings.flatMap(([encoding]) => ['plain', 'custom', 'inserts'].map((form) => `${encoding} ${form}`)),
  )('with names and rows in %s', async (name) => {
    await expectProven(corpus, `names.${name.endsWith('custom') ? 'dump' : 'sql'}`, dumpOf(name));
  });
});

test.each(Object.entries(partial))(
  'a dump of a part is NOT_PROVEN for want of data or tables: %s',
  async (options, code) => {
    await expectOutcome(corpus, 'shop.sql', dumpOf(`plain ${options}`), { verdict: 'NOT_PROVEN', code });
  },
);
