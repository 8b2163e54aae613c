import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outcomeOfText, pgDump, withoutCuts } from '../support/reading.ts';

/** Pieces of SQL that are whole in themselves, and pieces that are hard to tell apart when they are cut. */
const pieces = fc.constantFrom(
  "SELECT 'a;b';\n",
  "SELECT E'it\\'s\\\\';\n",
  "SELECT E'a'\n'b\\'c';\n",
  "SELECT U&'\\';\n",
  'SELECT "x;""y";\n',
  'DO $a$ $$ ; $b$ $a$;\n',
  'SELECT a$b, $1;\n',
  '/* a /* b */ ; */',
  "-- it's a comment; really\n",
  '-- Name: t; Type: TABLE; Schema: public; Owner: me\n',
  'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a THEN 1 END; END;\n',
  'COPY t (a) FROM stdin;\n1\n\\\\.\na\\\\\nb\\\nc\n\\.\n',
  'COPY "a b"."c" FROM stdin;\r\n\\N\t1\r\n\\.\r\n',
  'COPY t FROM stdin;\n\\.\n',
  "INSERT INTO t VALUES (1, 'x');\n",
  "INSERT INTO t (a) VALUES ((2), 'y;');\n",
  "SET standard_conforming_strings = off;\nSELECT '\\';';\nSET standard_conforming_strings = on;\n",
  "BEGIN;\nSELECT pg_catalog.lo_open('5', 131072);\nSELECT pg_catalog.lowrite(0, '\\x4142');\nSELECT pg_catalog.lo_close(0);\nCOMMIT;\n",
  '\\connect "a b"\n',
  '\\restrict k\n\\unrestrict k\n',
  '\\! rm\n',
  'SELECT 1 + -2 / 3 * 4;\n',
  "SELECT 'é漢字🎉';\n",
  '\r\n  ;\t\n',
);

describe('however a stream arrives', () => {
  test('the events are the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(pieces, { maxLength: 12 }),
        fc.integer({ min: 1, max: 40 }),
        async (texts, pieceBytes) => {
          const text = pgDump(texts.join(''));
          const whole = await outcomeOfText(text);
          const cut = await outcomeOfText(text, pieceBytes);
          expect(whole.error).toBeNull();
          expect(withoutCuts(cut.events)).toEqual(withoutCuts(whole.events));
        },
      ),
      { numRuns: 150 },
    );
  });

  test('any bytes at all end or fail by name', async () => {
    const bytes = fc.oneof(
      fc.string({
        unit: fc.constantFrom(
          "'",
          '"',
          '$',
          '\\',
          ';',
          '-',
          '/',
          '*',
          '\n',
          'E',
          'a',
          '(',
          ')',
          '.',
          '\r',
          ' ',
        ),
        maxLength: 60,
      }),
      fc.uint8Array({ maxLength: 60 }).map((value) => Buffer.from(value).toString('latin1')),
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 7 }), async (text, pieceBytes) => {
        const whole = await outcomeOfText(Buffer.from(text, 'latin1'));
        const cut = await outcomeOfText(Buffer.from(text, 'latin1'), pieceBytes);
        expect(cut.error).toBe(whole.error);
        expect(cut.message).toBe(whole.message);
        expect(withoutCuts(cut.events)).toEqual(withoutCuts(whole.events));
      }),
      { numRuns: 400 },
    );
  });
});

describe('a dump cut at any byte', () => {
  test('is never taken for whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(pieces, { minLength: 1, maxLength: 8 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        async (texts, part) => {
          const text = pgDump(texts.join(''));
          const endMark = '-- PostgreSQL database dump complete';
          const lastByte = text.lastIndexOf(endMark) + endMark.length - 1;
          const outcome = await outcomeOfText(
            Buffer.from(text).subarray(
              0,
              Math.floor(part * (Buffer.byteLength(text) - (text.length - lastByte))),
            ),
          );
          expect(outcome.events.some(({ kind }) => kind === 'end')).toBe(false);
          expect(['DUMP_TRUNCATED', 'DUMP_NOT_A_DUMP', 'DUMP_CORRUPT']).toContain(outcome.error);
        },
      ),
      { numRuns: 300 },
    );
  });
});
