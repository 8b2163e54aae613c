import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { findingsOf, ofKind, outcomeOfText, readText, rowBytes, rowCounts } from '../support/reading.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('encodings of plain dumps', () => {
  test('UTF-8 text is handed on as text', async () => {
    const [entry] = ofKind(await readText("COMMENT ON TABLE t IS 'é 漢字 🎉';\n", 1), 'entry');
    expect(entry?.entry.statements).toEqual([
      { sql: "COMMENT ON TABLE t IS 'é 漢字 🎉'", codec: 'utf8', line: 1 },
    ]);
  });

  test('text in another encoding passes byte for byte', async () => {
    const events = await readText(
      latin1("SET client_encoding = 'LATIN1';\nCOMMENT ON TABLE t IS 'caf\xe9';\n"),
    );
    expect(ofKind(events, 'encoding')).toEqual([{ kind: 'encoding', encoding: 'LATIN1' }]);
    const statement = ofKind(events, 'entry').at(-1)?.entry.statements[0];
    expect(statement).toMatchObject({ sql: "COMMENT ON TABLE t IS 'caf\xe9'", codec: 'binary' });
    expect(ofKind(events, 'header').at(-1)?.header.encoding).toBe('LATIN1');
    expect(findingsOf(events)).toEqual([]);
  });

  test('names of tables are decoded even where the text passes as bytes', async () => {
    const eucJp = iconv.encode(
      'SET client_encoding = \'EUC_JP\';\nCOPY "表" FROM stdin;\n1\n\\.\n',
      'euc-jp',
    );
    expect(rowCounts(await readText(eucJp))).toEqual({ '.表': 1 });
  });

  test('invalid bytes in a UTF-8 dump are a finding with the line, and pass untouched', async () => {
    const events = await readText(
      latin1("SET client_encoding = 'UTF8';\nSELECT 1;\nCOMMENT ON TABLE t IS 'caf\xe9 secret';\n"),
    );
    expect(findingsOf(events)).toEqual([
      'ENCODING_INVALID: The statement at line 3 holds bytes that are not valid UTF-8.',
    ]);
    expect(ofKind(events, 'entry').at(-1)?.entry.statements[0]?.codec).toBe('binary');
  });

  test('rows are not judged: the server is', async () => {
    const events = await readText(
      latin1("SET client_encoding = 'UTF8';\nCOPY t FROM stdin;\ncaf\xe9\n\\.\n"),
    );
    expect(rowBytes(events).equals(latin1('caf\xe9\n'))).toBe(true);
    expect(findingsOf(events)).toEqual([]);
  });

  // 表 and ソ end in 0x5C, the backslash, in SJIS; 功 in BIG5; so do characters of GBK, UHC and GB18030.
  test.each([
    ['SJIS', 'cp932', '表ソ'],
    ['BIG5', 'cp950', '功許'],
    ['GBK', 'cp936', '俓乗'],
    ['UHC', 'cp949', '한글'],
    ['GB18030', 'gb18030', '俓㐀'],
  ])(
    '%s is converted to UTF-8, since its characters may contain quotes and backslashes',
    async (name, iconvName, text) => {
      const sql = `SET client_encoding = '${name}';\nSELECT '${text}';\nCOPY "${text}" FROM stdin;\n${text}\n${text}\t1\n\\.\nSELECT 1;\n`;
      for (const pieceBytes of [65_536, 1, 3]) {
        const events = await readText(iconv.encode(sql, iconvName), pieceBytes);
        expect(ofKind(events, 'encoding')).toEqual([{ kind: 'encoding', encoding: 'UTF8' }]);
        expect(
          ofKind(events, 'entry').flatMap(({ entry }) => entry.statements.map((statement) => statement.sql)),
        ).toEqual(["SET client_encoding = 'UTF8'", `SELECT '${text}'`, 'SELECT 1']);
        expect(rowBytes(events).toString('utf8')).toBe(`${text}\n${text}\t1\n`);
        expect(rowCounts(events)).toEqual({ [`.${text}`]: 2 });
        expect(findingsOf(events)).toEqual([]);
        expect(ofKind(events, 'header').at(-1)?.header.encoding).toBe(name);
      }
    },
  );

  test('bytes that cannot be converted are a finding', async () => {
    const events = await readText(
      Buffer.concat([
        Buffer.from("SET client_encoding = 'SJIS';\nSELECT 1;\nSELECT '"),
        Buffer.from([0x81, 0x20]),
        Buffer.from("';\n"),
      ]),
    );
    expect(findingsOf(events)[0]).toContain('ENCODING_INVALID');
  });

  test('an encoding that needs converting and has no converter is refused with a way out', async () => {
    const outcome = await outcomeOfText("SET client_encoding = 'JOHAB';\nSELECT 1;\n");
    expect(outcome.error).toBe('DUMP_UNREADABLE');
    expect(outcome.message).toContain('--encoding=UTF8');
  });
});
