import { describe, expect, test } from 'vitest';
import { findingsOf, outcomeOfText, pgDump, readText } from '../support/reading.ts';

const header = (fields: string): string => `--\n-- ${fields}\n--\n\n`;
const table = (name: string): string =>
  `${header(`Name: ${name}; Type: TABLE; Schema: public; Owner: app`)}CREATE TABLE public.${name} (id int);\n\n`;
const dataHeader = (name: string): string =>
  header(`Data for Name: ${name}; Type: TABLE DATA; Schema: public; Owner: app`);
const copy = (name: string): string => `COPY public.${name} (id) FROM stdin;\n1\n\\.\n\n\n`;
const cluster = (body: string): string =>
  `--\n-- PostgreSQL database cluster dump\n--\n\n${body}\n--\n-- PostgreSQL database cluster dump complete\n--\n\n`;
const withCreate = (name: string): string =>
  pgDump(
    `${header(`Name: ${name}; Type: DATABASE; Schema: -; Owner: app`)}CREATE DATABASE ${name};\n\n\\connect ${name}\n\n${table('t')}`,
  );
const foundIn = async (text: string): Promise<string[]> => findingsOf(await readText(text));

describe('a file that holds several dumps', () => {
  test('tells the line at which the second begins', async () => {
    const first = pgDump(table('a'));
    const line = first.split('\n').length + 1;
    expect(await foundIn(first + pgDump(table('b')))).toEqual([
      `DUMPS_JOINED: a second dump begins at line ${line} of the same file, and goes into the same database as the one above it`,
    ]);
  });

  test('tells it of a second one that holds nothing, and of two clusters', async () => {
    expect((await foundIn(pgDump(table('a')) + pgDump('')))[0]).toMatch(/^DUMPS_JOINED/);
    expect((await foundIn(cluster('') + cluster('')))[0]).toMatch(/^DUMPS_JOINED/);
    expect((await foundIn(cluster(pgDump(table('a'))) + cluster(pgDump(table('b')))))[0]).toMatch(
      /^DUMPS_JOINED/,
    );
  });

  test.each([
    ['globals in front of a dump', cluster('CREATE ROLE app;\n') + pgDump(table('a'))],
    ['a cluster of several databases', cluster(`${pgDump(table('a'))}\\connect two\n${pgDump(table('a'))}`)],
    ['definitions and then data', pgDump(table('a')) + pgDump(dataHeader('a') + copy('a'))],
    [
      'the three sections of a dump',
      pgDump(table('a')) +
        pgDump(dataHeader('a') + copy('a')) +
        pgDump(
          `${header('Name: a a_pkey; Type: CONSTRAINT; Schema: public; Owner: app')}ALTER TABLE ONLY public.a ADD CONSTRAINT a_pkey PRIMARY KEY (id);\n\n`,
        ),
    ],
    ['dumps that each make their own database', withCreate('one') + withCreate('two')],
  ])('is meant so when it is %s', async (_what, text) => {
    expect(await foundIn(text)).toEqual([]);
  });

  test('does not tell the rows of the second as a repetition', async () => {
    const dump = pgDump(table('a') + dataHeader('a') + copy('a'));
    expect((await foundIn(dump + dump)).map((text) => text.split(':')[0])).toEqual(['DUMPS_JOINED']);
  });
});

describe('rows that stand in a dump twice', () => {
  test.each([
    ['a COPY block', dataHeader('a') + copy('a') + copy('a')],
    [
      'a COPY block with its header',
      dataHeader('a') + copy('a') + dataHeader('b') + copy('b') + dataHeader('a') + copy('a'),
    ],
    [
      'INSERT statements with their header',
      `${dataHeader('a')}INSERT INTO public.a VALUES (1);\n\n${dataHeader('a')}INSERT INTO public.a VALUES (1);\n\n`,
    ],
  ])('are told once with both lines: %s', async (_what, text) => {
    const found = await foundIn(pgDump(table('a') + text));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(
      /^ROWS_REPEATED: the data of public\.a come twice, at line \d+ and again at line \d+$/,
    );
  });

  test.each([
    ['partitions whose rows go into one root', dataHeader('p1') + copy('p') + dataHeader('p2') + copy('p')],
    ['a table that another tool fills with several COPYs', copy('a') + copy('a')],
    [
      'tables of one name in two databases',
      `${dataHeader('a')}${copy('a')}\\connect two\n${dataHeader('a')}${copy('a')}`,
    ],
  ])('are not %s', async (_what, text) => {
    expect(await foundIn(pgDump(text))).toEqual([]);
  });
});

describe('lines that end in carriage return and line feed', () => {
  const throughTerminal = (text: string): string => text.replaceAll('\n', '\r\n');
  const changed = (text: string): string | undefined => /LINE_ENDS_CHANGED: (.*)/.exec(text)?.[1];

  test.each([65_536, 1, 7])(
    'are told with the statements whose values changed, in pieces of %i bytes',
    async (pieceBytes) => {
      const text = pgDump(
        `${dataHeader('a')}INSERT INTO public.a VALUES ('x\ny');\nINSERT INTO public.a VALUES ('x');\n\n`,
      );
      const found = findingsOf(await readText(throughTerminal(text), pieceBytes));
      expect(found.map(changed)).toEqual([
        'its lines end in carriage return and line feed, as a terminal (-t) or Windows leaves them: 1 INSERT statement span lines, so their values hold carriage returns that the source does not have',
      ]);
    },
  );

  test('are told of a dump with COPY, whose rows they do not change', async () => {
    const events = await readText(throughTerminal(pgDump(dataHeader('a') + copy('a'))));
    expect(findingsOf(events).map(changed)).toEqual([expect.stringContaining('may hold carriage returns')]);
  });

  test('are told when only some do', async () => {
    const found = await foundIn(pgDump('') + throughTerminal('SELECT 1;\n'));
    expect(found.join()).toMatch(/\d+ of \d+ lines between statements end in carriage return/);
  });

  test('are nothing when they stand in values, bodies and rows alone', async () => {
    const text = `INSERT INTO public.a VALUES ('x\r\ny');\nCREATE FUNCTION f() RETURNS int AS $$\r\nSELECT 1;\r\n$$;\n`;
    expect(await foundIn(pgDump(text))).toEqual([]);
  });
});

describe('rows WITH OIDS', () => {
  test.each(['COPY legacy (code) WITH OIDS FROM stdin;', 'COPY legacy FROM stdin WITH (OIDS);'])(
    'are named as what they are: %s',
    async (statement) => {
      const { error, message } = await outcomeOfText(
        pgDump(`CREATE TABLE legacy (code int);\n${statement}\n1\t2\n\\.\n`),
      );
      expect(error).toBe('ROWS_WITH_OIDS');
      expect(message).toMatch(/^line \d+: .* WITH OIDS, which PostgreSQL has not had since version 12$/);
    },
  );

  test('are not a column or table of that name', async () => {
    expect((await outcomeOfText(pgDump('COPY "with oids" (a) FROM stdin;\n1\n\\.\n'))).error).toBeNull();
  });
});

describe('zero bytes in the text', () => {
  const text = pgDump(
    `SELECT 1;\n${dataHeader('a')}COPY public.a (id) FROM stdin;\n${'1\n'.repeat(5000)}\\.\n`,
  );

  test.each([65_536, 1, 100])(
    'are told with their byte, their number and the line, in pieces of %i bytes',
    async (pieceBytes) => {
      for (const at of [300, 6000]) {
        const bytes = Buffer.from(text);
        bytes.fill(0, at, at + 4096);
        const { error, message } = await outcomeOfText(bytes, pieceBytes);
        expect(error).toBe('DUMP_CORRUPT');
        const line = text.slice(0, at).split('\n').length;
        expect(message).toBe(
          `4096 zero bytes stand in the text from byte ${at} on, at line ${line} of the text`,
        );
      }
    },
  );

  test('are told at the end of the file as well', async () => {
    const { message } = await outcomeOfText(Buffer.concat([Buffer.from(text), Buffer.alloc(1)]));
    expect(message).toContain(`a zero byte stands in the text from byte ${text.length} on`);
  });
});
