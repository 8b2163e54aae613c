import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isDrillError } from '../../lib/domain/findings/errors.ts';
import type { RestoreAccount } from '../../lib/domain/recovery/restore-account.ts';
import { TestServer } from '../support/server.ts';
import { compareDumps, noDifference } from './support/dump-comparison.ts';
import { restoreOurs } from './support/restoring.ts';

// Cut anywhere or with one bit turned, a dump is never taken for whole, and reading it always ends.

/** 40 damages in the normal run, over the kinds of dump; ORACLE_RUNS gives another number. */
const runs = Math.ceil(Number(process.env.ORACLE_RUNS ?? 40) / 5);
/** Far longer than any restore of these 20 kB takes. */
const deadlineMs = 30_000;

let tools: TestServer;
let sandbox: TestServer;
let directory: string;
const dumps = new Map<string, Buffer>();
beforeAll(async () => {
  [tools, sandbox] = await Promise.all([TestServer.shared('source'), TestServer.shared('sandbox')]);
  directory = mkdtempSync(join(tmpdir(), 'restore-drill-damage-'));
  await tools.createDatabase('source');
  await tools.sql(
    'source',
    `CREATE TABLE t (id integer PRIMARY KEY, v text); INSERT INTO t SELECT n, md5(n::text) FROM generate_series(1, 300) n;
     CREATE TABLE u (id integer REFERENCES t, v text); INSERT INTO u SELECT n, 'u' || n FROM generate_series(1, 100) n; CREATE INDEX ON u (v);
     CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$; COMMENT ON TABLE t IS 'a comment'; SELECT lo_create(4711); SELECT lo_put(4711, 0, '\\xdeadbeef')`,
  );
  const plain = tools.tool('pg_dump', ['source']);
  dumps.set('plain', plain);
  dumps.set('plain.gz', gzipSync(plain));
  dumps.set('inserts', tools.tool('pg_dump', ['--inserts', 'source']));
  dumps.set('custom', tools.tool('pg_dump', ['-Fc', 'source']));
  dumps.set('tar', tools.tool('pg_dump', ['-Ft', 'source']));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** A place in a dump, as a share of its length, without fast-check's fondness for both ends. */
const share = () => fc.noBias(fc.integer({ min: 0, max: 999_999 })).map((millionth) => millionth / 1_000_000);

type Ending =
  | { ended: 'account'; account: RestoreAccount; restored: string }
  | { ended: 'error'; code: string }
  | { ended: 'never' };

/** Owners and privileges aside: a role of a misspelt name is made by ours and missed by the tools. */
const dumpOf = (server: TestServer, database: string): string =>
  server.tool('pg_dump', ['--no-owner', '--no-privileges', database]).toString();

async function endingOf(bytes: Buffer): Promise<Ending> {
  const path = join(directory, 'damaged');
  writeFileSync(path, bytes);
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    const account = await restoreOurs(sandbox, path, { connections: 2 }, deadline);
    const [database] = account.databases;
    const restored = database === undefined ? '' : dumpOf(sandbox, database.name);
    return { ended: 'account', account, restored };
  } catch (error) {
    if (deadline.aborted) return { ended: 'never' };
    if (isDrillError(error)) return { ended: 'error', code: error.code };
    throw error;
  } finally {
    await sandbox.clear();
  }
}

/** What Judge would need to call it proven. */
const looksWhole = (ending: Ending): boolean =>
  ending.ended === 'account' &&
  ending.account.complete &&
  ending.account.findings.every(({ severity }) => severity === 'info' || severity === 'warning');

describe.each(['plain', 'plain.gz', 'inserts', 'custom', 'tar'])('a dump in %s', (kind) => {
  const whole = () => dumps.get(kind) ?? Buffer.alloc(0);

  test('whole, is taken for whole', async () => {
    expect(looksWhole(await endingOf(whole()))).toBe(true);
  });

  test('cut short anywhere, is never taken for whole and never hangs', async () => {
    await fc.assert(
      fc.asyncProperty(share(), async (share) => {
        const at = Math.floor(share * essential(whole(), kind));
        const ending = await endingOf(whole().subarray(0, at));
        expect(ending.ended, `cut at ${at}`).not.toBe('never');
        expect(looksWhole(ending), `cut at ${at}`).toBe(false);
      }),
      { numRuns: runs },
    );
  }, 600_000);
});

/** Bytes of a dump whose loss is a loss: what pg_dump writes after its last word, and a tar's padding, say nothing. */
function essential(dump: Buffer, kind: string): number {
  if (kind === 'plain' || kind === 'inserts') return dump.lastIndexOf('-- PostgreSQL database dump complete');
  if (kind === 'tar') return dump.length - tarPadding(dump);
  return dump.length;
}

function tarPadding(dump: Buffer): number {
  let zeros = 0;
  while (dump[dump.length - 1 - zeros] === 0) zeros += 1;
  return zeros;
}

describe.each(['plain.gz', 'custom'])('a dump in %s with one bit turned', (kind) => {
  test('is taken for whole only if PostgreSQL’s tools make the same of it without an error, and never hangs', async () => {
    const whole = dumps.get(kind) ?? Buffer.alloc(0);
    await fc.assert(
      fc.asyncProperty(share(), fc.integer({ min: 0, max: 7 }), async (share, bit) => {
        const at = Math.floor(share * whole.length);
        const damaged = Buffer.from(whole);
        damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);
        const ending = await endingOf(damaged);
        expect(ending.ended, `bit ${bit} of byte ${at}`).not.toBe('never');
        if (ending.ended === 'account' && looksWhole(ending)) {
          const theirs = await toolsMakeOf(damaged, kind);
          expect(compareDumps(theirs, ending.restored), `bit ${bit} of byte ${at}`).toEqual(noDifference);
        }
      }),
      { numRuns: runs },
    );
  }, 600_000);
});

/**
 * The contents of an archive have no checksum: a bit turned in the text of a comment or a name is a dump of something
 * else, which no reader can tell. (The checksum of a sidecar can.)
 */
async function toolsMakeOf(damaged: Buffer, kind: string): Promise<string> {
  await tools.createDatabase('reference');
  const path = join(directory, 'looked-at');
  writeFileSync(path, kind === 'custom' ? damaged : gunzipSync(damaged));
  if (kind === 'custom') tools.tool('pg_restore', ['--no-owner', '--no-privileges', '-d', 'reference', path]);
  else tools.tool('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'reference', '-f', path]);
  return dumpOf(tools, 'reference');
}
