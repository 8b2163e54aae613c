import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shapeFindings } from '../../lib/domain/findings/catalogue/shape.ts';
import type { FindingCode } from '../../lib/domain/findings/findings.ts';
import { Corpus, type DumpContent } from './support/corpus.ts';
import { replaced } from './support/damage.ts';
import { expectOutcome, expectProven } from './support/expectations.ts';
import { SourceServer } from './support/source-server.ts';

const schema = `
CREATE TABLE customer (id serial PRIMARY KEY, name text);
CREATE TABLE orders (id serial PRIMARY KEY, customer_id int REFERENCES customer);
CREATE TABLE settings (k text, v text);
CREATE TABLE nothing_yet (id int);
CREATE TABLE event (id int, d date) PARTITION BY RANGE (d);
CREATE TABLE event_2026 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE schema_migrations (version text PRIMARY KEY);
INSERT INTO customer (name) SELECT E'n\\nline ' || g FROM generate_series(1, 40) g;
INSERT INTO orders (customer_id) SELECT 1 + g % 40 FROM generate_series(1, 120) g;
INSERT INTO settings VALUES ('a', E'with\\r\\nboth'), ('c', 'd');
INSERT INTO event SELECT g, date '2026-01-01' + g FROM generate_series(1, 50) g;
INSERT INTO schema_migrations VALUES ('20260101000000');
`;

/** Every form that pg_dump writes: the name of the file, and its options. */
const forms = {
  plain: ['shop.sql', []],
  gzip: ['shop.sql.gz', []],
  inserts: ['shop.sql', ['--inserts']],
  custom: ['shop.dump', ['-Fc']],
  tar: ['shop.tar', ['-Ft']],
  directory: ['shop.dir', ['-Fd']],
} as const satisfies Record<string, readonly [string, readonly string[]]>;
type Form = keyof typeof forms;
const everyForm = Object.keys(forms) as Form[];

const options = [
  '',
  '--exclude-table-data=orders',
  '--section=pre-data --section=data',
  '--data-only',
  '--schema-only',
];
const onlyBookkeeping = '--exclude-table-data=[^s]* --exclude-table-data=settings';
const dumps = new Map<string, DumpContent>();
const dumpOf = (form: Form, more = ''): DumpContent => dumps.get(`${form} ${more}`) ?? '';
const textOf = (form: 'plain' | 'inserts', more = ''): string => String(dumpOf(form, more));
let otherDump = '';
let corpus: Corpus;

beforeAll(async () => {
  await SourceServer.use(async (source) => {
    const database = await source.database(schema);
    for (const form of everyForm) {
      for (const more of [...options, onlyBookkeeping]) {
        const words = [...forms[form][1], ...more.split(' ').filter((word) => word !== '')];
        const content =
          form === 'directory'
            ? source.directoryDump(database, ...more.split(' ').filter((word) => word !== ''))
            : source.dump(database, ...words);
        dumps.set(`${form} ${more}`, form === 'gzip' ? gzipSync(content as Buffer) : content);
      }
    }
    otherDump = String(
      source.dump(await source.database('CREATE TABLE only_one (x int); INSERT INTO only_one VALUES (1)')),
    );
  });
  corpus = new Corpus();
}, 300_000);
afterAll(() => corpus?.close());

const shapeCodes = new Set<string>(Object.keys(shapeFindings));

/** Findings of a PROVEN drill about the shape of its file, as `CODE: message`. */
async function shapeOf(name: string, content: DumpContent): Promise<string[]> {
  const { findings } = await expectProven(corpus, name, content);
  return findings
    .filter(({ code }) => shapeCodes.has(code))
    .map(({ code, message }) => `${code}: ${message}`);
}

describe.each(everyForm)('as %s', (form) => {
  const [name] = forms[form];

  test('a whole dump has nothing odd about its shape', async () => {
    expect(await shapeOf(name, dumpOf(form))).toEqual([]);
  });

  test('a table whose data were left out is named', async () => {
    expect(await shapeOf(name, dumpOf(form, '--exclude-table-data=orders'))).toEqual([
      'TABLE_DATA_ABSENT: the dump defines a table without its data: public.orders',
    ]);
  });

  test('a dump without its last section has no key on any table', async () => {
    const found = await shapeOf(name, dumpOf(form, '--section=pre-data --section=data'));
    expect(found).toEqual([expect.stringMatching(/^POST_DATA_ABSENT: none of the 7 tables/)]);
  });

  test.each<[string, FindingCode, string]>([
    ['--data-only', 'DEFINITIONS_ABSENT', 'data-only dump'],
    ['--schema-only', 'NO_DATA', 'schema-only dump'],
    [onlyBookkeeping, 'NO_DATA', 'but for those of migration tools, are empty'],
  ])('a dump made with %s proves nothing, and says so once', async (more, code, words) => {
    const { findings } = await expectOutcome(corpus, name, dumpOf(form, more), {
      verdict: 'NOT_PROVEN',
      code,
    });
    const errors = findings.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining(words)]);
  });
});

describe('a file that was put together or changed', () => {
  const settingsCopy = (): string => /COPY public\.settings .*?\n\\\.\n/s.exec(textOf('plain'))?.[0] ?? '';
  const crlf = (text: string): string => text.replaceAll('\n', '\r\n');

  test.each<[string, string, () => DumpContent, string]>([
    [
      'two dumps',
      'shop.sql',
      () => textOf('plain') + otherDump,
      'DUMPS_JOINED: a second dump begins at line',
    ],
    [
      'two dumps as gzip members',
      'shop.sql.gz',
      () => Buffer.concat([gzipSync(textOf('plain')), gzipSync(otherDump)]),
      'DUMPS_JOINED: a second dump begins at line',
    ],
    [
      'a COPY block twice',
      'shop.sql',
      () => replaced(textOf('plain'), settingsCopy(), settingsCopy() + settingsCopy()),
      'ROWS_REPEATED: the data of public.settings come twice',
    ],
    ['line ends of a terminal', 'shop.sql', () => crlf(textOf('plain')), 'LINE_ENDS_CHANGED: its lines end'],
    [
      'line ends of a terminal in values',
      'shop.sql',
      () => crlf(textOf('inserts')),
      'LINE_ENDS_CHANGED: its lines end in carriage return and line feed, as a terminal (-t) or Windows leaves them: 41 INSERT statements',
    ],
    ['no gzip', 'shop.sql.gz', () => textOf('plain'), 'NAME_MISLEADING: shop.sql.gz'],
    ['gzip twice', 'shop.sql.gz', () => gzipSync(gzipSync(textOf('plain'))), 'NAME_MISLEADING: shop.sql.gz'],
  ])('is PROVEN with a warning of its own: %s', async (_what, name, content, words) => {
    const found = await shapeOf(name, content());
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(words);
  });

  test.each<[string, string, () => DumpContent, string]>([
    [
      'an archive through a terminal',
      'shop.dump',
      () => Buffer.from((dumpOf('custom') as Buffer).toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
      'through a terminal',
    ],
    [
      'two archives',
      'shop.dump',
      () => Buffer.concat([dumpOf('custom') as Buffer, dumpOf('custom') as Buffer]),
      'another archive follows the first',
    ],
    [
      'a hole in plain text',
      'shop.sql',
      () => Buffer.from(textOf('plain')).fill(0, 3000, 3512),
      '512 zero bytes stand in the text from byte 3000 on, at line',
    ],
    [
      'a hole in the text inside gzip',
      'shop.sql.gz',
      () => gzipSync(gunzipSync(dumpOf('gzip') as Buffer).fill(0, 3000, 3512)),
      'from byte 3000 on, at line',
    ],
  ])('is NOT_PROVEN, and its damage has a cause: %s', async (_what, name, content, words) => {
    const { findings } = await expectOutcome(corpus, name, content(), {
      verdict: 'NOT_PROVEN',
      code: 'DUMP_CORRUPT',
    });
    expect(findings.find(({ code }) => code === 'DUMP_CORRUPT')?.message).toContain(words);
  });

  test('is NOT_PROVEN with the line of a statement that the server refuses', async () => {
    const text = replaced(textOf('plain'), 'CREATE TABLE public.orders', 'CREATE TABLX public.orders');
    const line = text.slice(0, text.indexOf('CREATE TABLX')).split('\n').length;
    const { findings } = await expectOutcome(corpus, 'shop.sql', text, {
      verdict: 'NOT_PROVEN',
      code: 'ENTRY_FAILED',
    });
    expect(findings.map(({ message }) => message)).toContainEqual(
      expect.stringContaining(`line ${line} of the dump`),
    );
  });

  test('is NOT_PROVEN because of WITH OIDS, and nothing else is told', async () => {
    const text = replaced(
      textOf('plain'),
      'COPY public.settings (k, v) FROM',
      'COPY public.settings (k, v) WITH OIDS FROM',
    );
    const { findings } = await expectOutcome(corpus, 'shop.sql', text, {
      verdict: 'NOT_PROVEN',
      code: 'ROWS_WITH_OIDS',
    });
    expect(findings.filter(({ severity }) => severity === 'error')).toHaveLength(1);
  });
});
