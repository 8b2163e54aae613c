import { join } from 'node:path';
import { DatabaseError } from 'pg';
import { type Isolation, launchOf } from './isolation.ts';
import type { ServerAccount } from './server-account.ts';
import { runTool } from './tool-run.ts';

/** A stopped cluster, and how a server on it is walled in. */
export interface StoppedServer {
  binDirectory: string;
  dataDirectory: string;
  configFile: string;
  account: ServerAccount;
  isolation: Isolation;
  signal: AbortSignal;
}

/** The last so many characters of the answer are kept. */
const keptCharacters = 1024 ** 2;

/**
 * Runs statements, one a line, in a database of a stopped cluster as its superuser: in single-user mode there is no login, event
 * triggers do not fire, settings of databases and roles do not hold, and no other session exists. Validators of languages, which
 * are functions of the cluster, are not asked.
 *
 * Source: PostgreSQL documentation, postgres(1), Single-User Mode; `process_settings` of postinit.c, `EventTriggerDDLCommandStart`
 * of event_trigger.c.
 * @returns what it answered, or its first refusal as a session would be told it
 */
export async function runSingleUser(
  server: StoppedServer,
  database: string,
  statements: readonly string[],
): Promise<{ answer: string } | { refused: DatabaseError }> {
  const { command, args, switchTo } = launchOf(server.isolation, server.account, 'own', [
    join(server.binDirectory, 'postgres'),
    '--single',
    '-D',
    server.dataDirectory,
    '-c',
    `config_file=${server.configFile}`,
    '-c',
    'log_min_messages=error',
    // With its SQLSTATE.
    '-c',
    'log_error_verbosity=verbose',
    '-c',
    'check_function_bodies=off',
    database,
  ]);
  const { exitCode, stdout, stderr } = await runTool(command, args, {
    account: switchTo === null ? null : server.account,
    workingDirectory: server.dataDirectory,
    input: `${statements.join('\n')}\n`,
    signal: server.signal,
    keptCharacters,
  });
  server.signal.throwIfAborted();
  const told = /^(?:ERROR|FATAL|PANIC): +(?:([0-9A-Z]{5}): +)?(.*)$/m.exec(stderr);
  if (exitCode === 0 && told === null) return { answer: stdout };
  const message = told?.[2] ?? `exit code ${exitCode}`;
  const refused = new DatabaseError(message, message.length, 'error');
  if (told?.[1] !== undefined) refused.code = told[1];
  return { refused };
}

/** The values of a column in an answer: `\t 1: datname = "shop"\t(typeid = …)`. */
export function columnOf(answer: string, column: string): string[] {
  return [...answer.matchAll(new RegExp(`^\\t ?\\d+: ${column} = "(.*)"\\t\\(typeid`, 'gm'))].map(
    ([, value = '']) => value,
  );
}
