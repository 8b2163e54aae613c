import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../../lib/adapters/files/config-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-file-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function read(content: string | Buffer) {
  await writeFile(join(folder, 'drills.yaml'), content);
  return readConfig(join(folder, 'drills.yaml'));
}

describe('the file drills.yaml', () => {
  it('is read', async () => {
    expect(Object.keys((await read('databases: { shop: { source: { folder: . } } }')).databases)).toEqual([
      'shop',
    ]);
  });

  it.each([
    [
      'sql: { name: a, query: "select 1 form t", expect: 1 }',
      'databases.shop.checks[0].sql.query: PostgreSQL says: syntax error at or near "t"',
    ],
    ['freshness: { maxAge: 24h, query: "select 1; select 2" }', 'this is not one SELECT but 2 statements'],
    ['sql: { name: a, query: "-- nothing", expect: 1 }', 'this is not one SELECT but nothing'],
    [
      'unique: { table: t, on: [a, "lower(b"] }',
      'databases.shop.checks[0].unique.on[1]: PostgreSQL says: syntax error at end of input',
    ],
    [
      'unique: { table: t, on: a, where: "b = = 1" }',
      'unique.where: PostgreSQL says: syntax error at or near "="',
    ],
    ['migrations: { table: m, column: v, where: "ok and" }', 'migrations.where: PostgreSQL says: '],
    [
      'sql:\n          name: a\n          query: |\n            select ä\n            form t\n          expect: 1',
      'near "t" (line 2 of it)',
    ],
  ])('with SQL that PostgreSQL does not understand is refused: %s', async (check, said) => {
    const reading = read(
      `databases:\n  shop:\n    source: { folder: . }\n    checks: [{ ${check} }]\n`
        .replace('[{ sql:\n', '\n      - sql:\n')
        .replace(/expect: 1 }\]/, 'expect: 1'),
    );

    await expect(reading).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(said),
    });
  });

  it('with SQL that PostgreSQL understands is read', async () => {
    const checks = [
      'sql: { name: a, query: "with x as (table orders) select count(*) from x;", expect: 1 }',
      'sql: { name: b, query: "values (1)", expect: 1 }',
      'unique: { table: t, on: ["lower(a)", b], where: "deleted_at is null -- not yet" }',
    ];
    const { databases } = await read(
      `databases:\n  shop:\n    source: { folder: . }\n    checks:\n${checks.map((check) => `      - ${check}\n`).join('')}`,
    );

    expect(databases.shop?.checks).toHaveLength(3);
  });

  it('with mistakes is refused with each of them on a line of its own', async () => {
    const reading = read(
      'databases:\n  shop:\n    source: { folder: . }\n    objectives: { rto: 4x, rpo: never }\n',
    );

    await expect(reading).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: [
        `${folder}/drills.yaml:4:24 databases.shop.objectives.rto: "4x" is not a duration – write e.g. 90m, 4h, 1d, 1h30m`,
        `${folder}/drills.yaml:4:33 databases.shop.objectives.rpo: "never" is not a duration – write e.g. 90m, 4h, 1d, 1h30m`,
      ].join('\n'),
    });
  });

  it('that is missing is named', async () => {
    await expect(readConfig(join(folder, 'none.yaml'))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `${folder}/none.yaml does not exist`,
    });
  });

  it('that is a folder is named', async () => {
    await expect(readConfig(folder)).rejects.toMatchObject({ message: `${folder} is a folder` });
  });

  it('that is no text is refused', async () => {
    await expect(read(Buffer.from([0x64, 0xff, 0xfe, 0x00]))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('is not UTF-8 text'),
    });
  });
});
