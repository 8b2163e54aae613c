import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, type ClientConfig } from 'pg';
import { postgresqlPrograms } from '../scripts/oracle-programs.mjs';
import type { LookedAt } from '../test/corpus/support/corpus.ts';
import { compareDumps, noDifference } from '../test/oracle/support/dump-comparison.ts';

/** Of the programs that write what is compared, and of the servers that are asked. */
export const comparedMajor = 15;

/** What pg_dump writes of each database, by its name. */
export type Restored = Map<string, string>;

/** Never restored, because its extension is the server's: rule `comment-not-ours` of docs/restoring.md. */
const commentOfExtension = /^Name: EXTENSION .*; Type: COMMENT;/;

/** Names of what differs, without a value; null when nothing does. */
export function differenceOf(expected: Restored, actual: Restored): string | null {
  const names = [...new Set([...expected.keys(), ...actual.keys()])];
  const differences = names.flatMap((name) => {
    const { missing, extra, ...other } = compareDumps(expected.get(name) ?? '', actual.get(name) ?? '');
    const changed = other.changed.filter(({ entry }) => !commentOfExtension.test(entry));
    const same = JSON.stringify({ missing, extra, changed }) === JSON.stringify(noDifference);
    return same
      ? []
      : [
          `${missing.length} missing, ${extra.length} more, ${changed.map(({ entry }) => entry).join(', ')} changed`,
        ];
  });
  return differences.length === 0 ? null : differences.join('; ');
}

/** What pg_dump writes of each database of a sandbox, before it goes. @param more words for pg_dump */
export async function dumpedFrom(sandbox: LookedAt, more: readonly string[] = []): Promise<Restored> {
  const client = new Client(await sandbox('postgres'));
  await client.connect();
  const { rows } = await client
    .query<{ datname: string }>(
      "SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1') ORDER BY 1",
    )
    .finally(() => client.end());
  const dumped: Restored = new Map();
  for (const { datname } of rows) dumped.set(datname, await dumpOf(await sandbox(datname), more));
  return dumped;
}

/** Not synchronous: the way to the sandbox may lead through this process. */
async function dumpOf(
  { host, port, user, password, database }: ClientConfig,
  more: readonly string[],
): Promise<string> {
  const words = ['-h', String(host), '-p', String(port), '-U', String(user), String(database)];
  const { stdout } = await promisify(execFile)(
    join(postgresqlPrograms(comparedMajor), 'pg_dump'),
    ['--no-owner', '--no-privileges', ...more, ...words],
    { env: { ...process.env, PGPASSWORD: String(password) }, maxBuffer: 1 << 30 },
  );
  return stdout;
}
