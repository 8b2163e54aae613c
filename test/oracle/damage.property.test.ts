import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isDrillError } from '../../lib/domain/errors.ts';
import type { RestoreAccount } from '../../lib/domain/restore-account.ts';
import { PostgresServer } from './support/postgres-server.ts';
import { restoreOurs } from './support/restoring.ts';

// Cut anywhere or with one bit turned, a dump is never taken for whole, and reading it always ends.

/** 40 damages in the normal run, over the kinds of dump; ORACLE_RUNS gives another number. */
const runs = Math.ceil(Number(process.env.ORACLE_RUNS ?? 40) / 5);
/** Far longer than any restore of these 20 kB takes. */
const deadlineMs = 30_000;

let tools: PostgresServer;
let sandbox: PostgresServer;
let directory: string;
const dumps = new Map<string, Buffer>();
beforeAll(async () => {
  [tools, sandbox] = await Promise.all([PostgresServer.start('tools'), PostgresServer.start('sandbox')]);
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
afterAll(async () => {
  await Promise.all([tools, sandbox].map((server) => server?.stop()));
  rmSync(directory, { recursive: true, force: true });
});

/** A place in a dump, as a share of its length, without fast-check's fondness for both ends. */
const share = () => fc.noBias(fc.integer({ min: 0, max: 999_999 })).map((millionth) => millionth / 1_000_000);

type Ending =
  | { ended: 'account'; account: RestoreAccount }
  | { ended: 'error'; code: string }
  | { ended: 'never' };

async function endingOf(bytes: Buffer): Promise<Ending> {
  const path = join(directory, 'damaged');
  writeFileSync(path, bytes);
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    return { ended: 'account', account: await restoreOurs(sandbox, path, { connections: 2 }, deadline) };
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
  test('is taken for whole only if it still holds what it held, and never hangs', async () => {
    const whole = dumps.get(kind) ?? Buffer.alloc(0);
    await fc.assert(
      fc.asyncProperty(share(), fc.integer({ min: 0, max: 7 }), async (share, bit) => {
        const at = Math.floor(share * whole.length);
        const damaged = Buffer.from(whole);
        damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);
        const ending = await endingOf(damaged);
        expect(ending.ended, `bit ${bit} of byte ${at}`).not.toBe('never');
        if (looksWhole(ending))
          expect(sameToTools(damaged, whole, kind), `bit ${bit} of byte ${at}`).toBe(true);
      }),
      { numRuns: runs },
    );
  }, 600_000);
});

/** Bits that carry nothing (a time in a header, an owner's spelling in a comment) change no statement and no row. */
function sameToTools(damaged: Buffer, whole: Buffer, kind: string): boolean {
  const scriptOf = (bytes: Buffer): string => {
    const path = join(directory, 'looked-at');
    writeFileSync(path, bytes);
    const text =
      kind === 'custom'
        ? tools.tool('pg_restore', ['-f', '-', path]).toString()
        : execFileSync('gzip', ['-dc', path], { encoding: 'utf8' });
    return text.replaceAll(/^--.*$/gm, '').replaceAll(/^\\(un)?restrict.*$/gm, '');
  };
  return scriptOf(damaged) === scriptOf(whole);
}
