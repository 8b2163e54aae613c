import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { loadModule } from 'libpg-query';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadPolicy } from '../../../../lib/recovery/logical/policy/load-policy.ts';
import { aContext, aStatement } from './builders.ts';
import { statementsOf } from './dump-statements.ts';

const folder = new URL('../../../../../shared/dumps/', import.meta.url);
const sharedDumpsPresent = existsSync(folder);
const files: [string, number][] = [
  ['guestguard/daily/guestguard_2026-11-18.sql.gz', 15],
  ['cleaning/cleaning_20261118T020000Z.sql.gz', 16],
  ['vlvt/vlvt_backup_2026-11-18_03-00-00.sql.gz', 17],
  ['homelab/postgres/20261118/postgres-all-20261118-095822.sql.gz', 18],
  ['public/chinook/chinook_20261118.sql', 14],
  ['public/pagila/pagila-neon-15.2.sql.gz', 15],
];

/** pg_dump's text without the rows of its COPY statements. */
function withoutRows(dump: string): string {
  let inRows = false;
  return dump
    .split('\n')
    .filter((line) => {
      const wasInRows = inRows;
      if (wasInRows && line === '\\.') inRows = false;
      else if (/^COPY .* FROM stdin;$/.test(line)) inRows = true;
      return !wasInRows;
    })
    .join('\n');
}

test(`the dumps of the five systems are ${sharedDumpsPresent ? 'present' : 'absent: the policy was not run over them'}`, () => {
  expect(files).toHaveLength(6);
});

describe.runIf(sharedDumpsPresent)('every statement of a real dump', () => {
  beforeAll(loadModule);

  test.each(files)('is decided and none is refused: %s', async (file, targetMajor) => {
    const bytes = readFileSync(new URL(file, folder));
    const dump = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    const policy = await loadPolicy();
    const context = aContext({
      targetMajor,
      availableExtensions: new Set([
        'plpgsql',
        'pgcrypto',
        'citext',
        'uuid-ossp',
        'pg_trgm',
        'btree_gist',
        'pg_stat_statements',
      ]),
    });
    const decided = statementsOf(withoutRows(dump)).map((sql) => ({
      sql,
      decision: policy.decide(aStatement(sql), context),
    }));
    expect(decided.length).toBeGreaterThan(50);
    expect(decided.filter(({ decision }) => decision.action === 'refuse').map(({ sql }) => sql)).toEqual([]);
    expect(
      decided.filter(({ decision }) => decision.action === 'run' && decision.keptBy === 'unparsed'),
    ).toEqual([]);
    expect(
      decided
        .filter(
          ({ decision }) => decision.action === 'skip' && decision.finding?.code === 'EXTENSION_UNAVAILABLE',
        )
        .map(({ sql }) => sql),
    ).toEqual([]);
  });
});
