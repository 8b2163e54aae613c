import { join } from 'node:path';
import { DrillError } from '../../../domain/findings/errors.ts';
import { literal } from '../../../domain/text/sql-text.ts';
import { type Isolation, launchOf } from './isolation.ts';
import type { ServerAccount } from './server-account.ts';
import { adminRole } from './server-settings.ts';
import { runTool } from './tool-run.ts';

/** Who asks a recovered cluster: no superuser, and nobody that its own code could wait for by name. */
export const readerRole = 'drill_reader';

/**
 * Gives the drill its roles in a recovered cluster, whose own superusers nobody told us: in single-user mode, where there is no
 * login, event triggers do not fire and no other session exists. Libraries that a database or role would load into each
 * session are taken out of its settings: they would run before the first question of ours.
 *
 * Source: PostgreSQL documentation, postgres(1), Single-User Mode; Predefined Roles (`pg_read_all_data` exists since 14).
 * @throws DrillError SANDBOX_UNAVAILABLE
 */
export async function admitDrill(server: {
  binDirectory: string;
  dataDirectory: string;
  configFile: string;
  account: ServerAccount;
  isolation: Isolation;
  password: string;
  signal: AbortSignal;
}): Promise<void> {
  const statements = [
    `UPDATE pg_catalog.pg_db_role_setting SET setconfig = ARRAY(SELECT s FROM pg_catalog.unnest(setconfig) s WHERE s !~* '^(session|local)_preload_libraries=')`,
    `CREATE ROLE ${adminRole} SUPERUSER LOGIN`,
    `CREATE ROLE ${readerRole} LOGIN BYPASSRLS PASSWORD ${literal(server.password)} IN ROLE pg_read_all_data, pg_monitor`,
  ];
  const { command, args, switchTo } = launchOf(server.isolation, server.account, 'own', [
    join(server.binDirectory, 'postgres'),
    '--single',
    '-D',
    server.dataDirectory,
    '-c',
    `config_file=${server.configFile}`,
    '-c',
    'log_min_messages=error',
    'template1',
  ]);
  const { exitCode, stderr } = await runTool(command, args, {
    account: switchTo === null ? null : server.account,
    workingDirectory: server.dataDirectory,
    input: `${statements.join('\n')}\n`,
    signal: server.signal,
  });
  server.signal.throwIfAborted();
  const refused = /^(?:ERROR|FATAL|PANIC): +(.*)$/m.exec(stderr)?.[1];
  if (exitCode !== 0 || refused !== undefined)
    throw new DrillError(
      'SANDBOX_UNAVAILABLE',
      `the recovered cluster did not take the drill's roles: ${refused ?? `exit code ${exitCode}`}`,
      { fault: 'service' },
    );
}
