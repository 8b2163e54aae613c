import { describe, expect, test } from 'vitest';
import { ofKind, outcomeOfText, readText, statementsOf } from '../support/reading.ts';

const data = (oid: number, ...literals: string[]): string =>
  `SELECT pg_catalog.lo_open('${oid}', 131072);\n${literals.map((literal) => `SELECT pg_catalog.lowrite(0, '${literal}');\n`).join('')}SELECT pg_catalog.lo_close(0);\n`;

describe('large objects of plain dumps', () => {
  test('become events with their bytes, and their transaction disappears', async () => {
    const text = `-- Data for Name: BLOBS; Type: BLOBS; Schema: -; Owner: -\n\nBEGIN;\n\n${data(16400, '\\x0102', '\\xff')}\n${data(3_000_000_000)}\nCOMMIT;\nSELECT 1;\n`;
    const events = await readText(text, 9);
    const shown = events.flatMap((event): (string | number)[] => {
      if (event.kind === 'large-object-begin') return [event.oid];
      if (event.kind === 'large-object-block') return [event.bytes.toString('hex')];
      return event.kind === 'large-object-end' ? ['end'] : [];
    });
    expect(shown).toEqual([16400, '0102', 'ff', 'end', 3_000_000_000, 'end']);
    expect(statementsOf(events)).toEqual(['SELECT 1']);
    expect(
      ofKind(events, 'large-object-begin').every(({ entry, create }) => entry.type === 'BLOBS' && !create),
    ).toBe(true);
  });

  test('old dumps create the object where they open it', async () => {
    const [begin] = ofKind(
      await readText(
        "SELECT pg_catalog.lo_open(pg_catalog.lo_create('5'), 131072);\nSELECT pg_catalog.lo_close(0);\n",
      ),
      'large-object-begin',
    );
    expect(begin).toMatchObject({ oid: 5, create: true });
  });

  test('a backslash doubled for escaping strings is understood', async () => {
    const events = await readText(`SET standard_conforming_strings = off;\n${data(5, '\\\\x41')}`);
    expect(ofKind(events, 'large-object-block').map(({ bytes }) => bytes.toString())).toEqual(['A']);
  });

  test('blocks stay bounded', async () => {
    const blocks = ofKind(await readText(data(5, `\\x${'ab'.repeat(600_000)}`)), 'large-object-block');
    expect(blocks.map(({ bytes }) => bytes.length)).toEqual([262_144, 262_144, 75_712]);
  });

  test('their creation, owner and grants stay statements', async () => {
    const sql = ["SELECT pg_catalog.lo_create('16400')", 'ALTER LARGE OBJECT 16400 OWNER TO x'];
    expect(statementsOf(await readText(`${sql.join(';\n')};\n`))).toEqual(sql);
  });

  test('BEGIN and COMMIT around anything else stay', async () => {
    const events = await readText(
      'BEGIN;\nSELECT 1;\nCOMMIT;\nBEGIN;\nCOPY t FROM stdin;\n\\.\nCOMMIT;\nBEGIN;\n',
    );
    expect(statementsOf(events)).toEqual(['BEGIN', 'SELECT 1', 'COMMIT', 'BEGIN', 'COMMIT', 'BEGIN']);
  });

  test('a dump that ends inside the data of one is truncated', async () => {
    expect(
      (await outcomeOfText(`BEGIN;\n${data(5, '\\x41').replace(/SELECT pg_catalog.lo_close.*\n/, '')}`))
        .error,
    ).toBe('DUMP_TRUNCATED');
  });

  test.each([
    ['SELECT 1;'],
    ["SELECT pg_catalog.lowrite(0, '\\x4');"],
    ["SELECT pg_catalog.lowrite(0, '\\x41' || evil());"],
    ['COPY t FROM stdin;'],
  ])('%s inside the data of one is damage', async (sql) => {
    expect((await outcomeOfText(`SELECT pg_catalog.lo_open('5', 131072);\n${sql}\n`)).error).toBe(
      'DUMP_CORRUPT',
    );
  });
});
