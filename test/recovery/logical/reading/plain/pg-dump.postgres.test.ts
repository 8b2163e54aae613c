/** The oracle: a dump of a hurtful schema, restored by psql and by our reader, must give the same database. */

import { beforeAll, describe, expect, test } from 'vitest';
import { readPlainDump } from '../../../../../lib/recovery/logical/reading/plain/read-plain-dump.ts';
import { TestServer } from '../../../../support/server.ts';
import { makeHurtfulDatabase } from '../archive/hurtful-schema.ts';
import {
  eventsOf,
  findingsOf,
  ofKind,
  plainFormat,
  readText,
  rowCounts,
  sourceOf,
} from '../support/reading.ts';
import { replay } from '../support/replaying.ts';

const more = `
CREATE FUNCTION plain.trap() RETURNS text LANGUAGE plpgsql AS $_$
-- Name: fake; Type: TABLE; Schema: public; Owner: nobody
--
-- PostgreSQL database dump complete
BEGIN
  RETURN 'COPY x FROM stdin;
\\.
\\connect evil
\\! rm
';
END $_$;
CREATE TABLE "new
line.""quoted""" ("a
b" text, c text);
INSERT INTO "new
line.""quoted""" VALUES (E'\\\\.', E'-- Name: x; Type: TABLE\\n\\\\.\\nCOPY y FROM stdin;\\n'), (E'a\\\\', E'\\\\\\\\'), (repeat('w', 9000000), NULL);
COMMENT ON TABLE "new
line.""quoted""" IS E'a\\n-- PostgreSQL database dump complete\\n\\\\! x\\n';
`;

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.shared('source');
  makeHurtfulDatabase(server);
  server.script('hurt', more);
});

const dumpOf = (database: string, ...options: string[]): string =>
  server
    .tool('pg_dump', [...options, database])
    .toString('utf8')
    .replaceAll(/^\\(un)?restrict .*$/gm, '');

/** Restores the text with psql into one database and with ours into another; their dumps. */
async function bothDumps(text: string, name: string): Promise<[string, string]> {
  await server.createDatabase(`${name}_psql`);
  await server.createDatabase(`${name}_ours`);
  const psql = server.try('psql', ['-qXd', `${name}_psql`], { input: text });
  const reader = readPlainDump(sourceOf(text, 10_007), plainFormat);
  const errors = await replay(reader, server.directory, `${name}_ours`);
  // The schema holds things that no restore can do; ours must fail at the same ones.
  const errorsOfPsql = [...psql.stderr.matchAll(/^ERROR: {2}(.*)$/gm)].map(([, message]) => message);
  expect(errors).toEqual(errorsOfPsql);
  return [dumpOf(`${name}_psql`), dumpOf(`${name}_ours`)];
}

/** Compared as a truth: a difference of nine megabytes would drown the report. */
function expectSame([one, other]: [string, string]): void {
  const [left, right] = [one.split('\n'), other.split('\n')];
  const at = left.findIndex((line, index) => line !== right[index]);
  expect(at < 0 ? null : [left[at]?.slice(0, 200), right[at]?.slice(0, 200)]).toBeNull();
  expect(right).toHaveLength(left.length);
}

describe('a dump of a schema written to hurt', () => {
  test.each([
    ['as COPY', 'as_copy', []],
    ['as INSERTs', 'as_inserts', ['--inserts', '--exclude-table-data=plain.usual']],
    [
      'as INSERTs with columns and several rows each',
      'as_columns',
      ['--column-inserts', '--rows-per-insert=7', '--exclude-table-data=plain.usual'],
    ],
    [
      'with quoted identifiers everywhere and triggers disabled',
      'as_quoted',
      ['--quote-all-identifiers', '--disable-triggers', '--verbose'],
    ],
  ])('%s gives the same database as psql', async (_title, name, options) => {
    const text = dumpOf('hurt', ...options);
    expect(findingsOf(await readText(text))).toEqual([]);
    expectSame(await bothDumps(text, name));
  });

  test('converted to CRLF gives the same database as psql', async () => {
    expectSame(await bothDumps(dumpOf('hurt').replaceAll('\n', '\r\n'), 'as_crlf'));
  });

  test('has the rows that the server counts', async () => {
    const events = await readText(dumpOf('hurt'));
    expect(rowCounts(events)).toMatchObject({
      'plain.new\nline."quoted"': 3,
      'plain.usual': 200_000,
      'odd.schema "x".Ta.b;le --"': 10,
      'plain.no columns': 2,
      'plain.empty': 0,
    });
    expect(
      ofKind(events, 'large-object-begin')
        .map(({ oid }) => oid)
        .toSorted((a, b) => a - b),
    ).toEqual([16000001, 16000002, 3000000000]);
  });

  test('of a whole cluster names every database and ends', async () => {
    const text = server.tool('pg_dumpall', []).toString('utf8');
    const events = await eventsOf(readPlainDump(sourceOf(text), plainFormat));
    expect(findingsOf(events)).toEqual([]);
    expect(ofKind(events, 'database').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['template1', 'hurt', 'postgres']),
    );
    expect(events.at(-1)).toEqual({ kind: 'end', complete: true });
  });

  test('made with --create names its database', async () => {
    const events = await readText(dumpOf('hurt', '--create'));
    expect(findingsOf(events)).toEqual([]);
    expect(new Set(ofKind(events, 'database').map(({ name }) => name))).toEqual(new Set(['hurt']));
    expect(ofKind(events, 'header').at(-1)?.header.database).toBe('hurt');
  });
});
