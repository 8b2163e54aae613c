import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { constants } from 'node:os';
import { DrillError, isDrillError } from '../../domain/findings/errors.ts';
import { type ContentChoice, contentSettingsSql } from '../../domain/witness/content-sql.ts';
import type { PgDumpCall } from '../../domain/witness/pg-dump-words.ts';
import {
  openSnapshot,
  snapshotSql,
  type WitnessQuery,
  witnessQueries,
} from '../../domain/witness/witness-sql.ts';
import { PsqlSession } from './psql-session.ts';

/** How a call of pg_dump ended, and what the source said beside it. */
export interface Taken {
  /** Of pg_dump, as a shell gives it. */
  exitCode: number;
  /** The document, or why there is none. */
  witness: { text: string } | { problem: DrillError };
}

/**
 * Runs pg_dump in a snapshot of the source and asks the source in the same snapshot, at the same time. The dump comes
 * first: what keeps a witness from being taken never keeps pg_dump from running.
 */
export async function takeWitness(call: PgDumpCall, choice: ContentChoice): Promise<Taken> {
  const { wrapper, program, connection, selecting } = call;
  const queries = witnessQueries(choice, String(selecting.length === 0));
  const psql = new PsqlSession({
    wrapper,
    program: program.replace(/pg_dump(\.exe)?$/, 'psql$1'),
    connection,
  });
  try {
    const opened = await problemOr(async () => {
      for (const statement of [...openSnapshot]) await psql.query(statement);
      await psql.query(contentSettingsSql);
      const [snapshot = ''] = await psql.query(snapshotSql);
      return { snapshot, entries: await ask(psql, queries.beforeDump) };
    });
    if ('problem' in opened) return { exitCode: await runPgDump(call, null), witness: opened };

    const asked = problemOr(() => ask(psql, queries.besideDump));
    const exitCode = await runPgDump(call, opened.value.snapshot);
    if (exitCode !== 0) return { exitCode, witness: { problem: notOfFailed(exitCode) } };
    const beside = await asked;
    if ('problem' in beside) return { exitCode, witness: beside };
    const witness = await problemOr(async () => {
      const after = await ask(psql, queries.afterDump);
      return textOf([...opened.value.entries, ...beside.value, ...after, ...(await fileEntry(call))]);
    });
    return { exitCode, witness: 'problem' in witness ? witness : { text: witness.value } };
  } finally {
    psql.close();
  }
}

async function ask(psql: PsqlSession, queries: readonly WitnessQuery[]): Promise<string[]> {
  const entries: string[] = [];
  for (const query of queries)
    entries.push(
      ...('entry' in query ? await psql.query(query.entry) : await psql.queryEach(query.statements)),
    );
  return entries;
}

const textOf = (entries: readonly string[]): string =>
  `{"witness":1,"entries":[\n${entries.join(',\n')}\n]}\n`;

async function problemOr<Value>(
  act: () => Promise<Value>,
): Promise<{ value: Value } | { problem: DrillError }> {
  try {
    return { value: await act() };
  } catch (error) {
    if (isDrillError(error)) return { problem: error };
    throw error;
  }
}

const notOfFailed = (exitCode: number): DrillError =>
  new DrillError(
    'WITNESS_NOT_TAKEN',
    `pg_dump ended with ${exitCode}, and nothing is witnessed of a dump that failed`,
    { hint: 'Read what pg_dump said above.' },
  );

/** Its input, output and messages are those of the caller, as if it had been called without us. */
function runPgDump({ wrapper, program, words }: PgDumpCall, snapshot: string | null): Promise<number> {
  const [first = '', ...rest] = [
    ...wrapper,
    program,
    ...(snapshot === null ? [] : [`--snapshot=${snapshot}`]),
    ...words,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(first, rest, { stdio: 'inherit' });
    child.on('error', (error) =>
      reject(
        new DrillError('REQUEST_INVALID', `${first} could not be started: ${error.message}`, {
          hint: 'Give the full path of pg_dump, or check PATH.',
        }),
      ),
    );
    child.on('close', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}

/** The dump's own digest, where it is one file that we can see. */
async function fileEntry({ file, directory }: PgDumpCall): Promise<string[]> {
  if (file === null || directory) return [];
  const found = await stat(file).catch(() => null);
  if (found === null || !found.isFile()) return [];
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 ** 2 })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return [JSON.stringify({ kind: 'dump', bytes, sha256: hash.digest('hex') })];
}
