import { DrillError } from '../../../domain/findings/errors.ts';
import { literal } from '../../../domain/text/sql-text.ts';
import { adminRole } from './server-settings.ts';
import { columnOf, runSingleUser, type StoppedServer } from './single-user.ts';

/** Who asks a recovered cluster: no superuser, and nobody that its own code could wait for by name. */
export const readerRole = 'drill_reader';

/**
 * Who the user's hooks are in a recovered cluster: it must change what anybody owns, superusers included, so it is one. That
 * gives it nothing beyond the server, whose walls are made for superusers.
 */
export const hookRole = 'drill_hook';

/**
 * Gives the drill its roles in a recovered cluster, whose own superusers nobody told us. Libraries that a database or role would
 * load into each session are taken out of its settings: they would run before the first question of ours.
 *
 * Source: PostgreSQL documentation, Predefined Roles (`pg_read_all_data` exists since 14).
 * @returns the databases that can be asked @throws DrillError SANDBOX_UNAVAILABLE, LOCALE_UNAVAILABLE
 */
export async function admitDrill(
  server: StoppedServer & { password: string; hookPassword: string | null },
): Promise<string[]> {
  const { password, hookPassword } = server;
  // Every cluster has it, and nobody can drop it while it is a template.
  const outcome = await runSingleUser(server, 'template1', [
    `UPDATE pg_catalog.pg_db_role_setting SET setconfig = ARRAY(SELECT s FROM pg_catalog.unnest(setconfig) s WHERE s !~* '^(session|local)_preload_libraries=')`,
    `CREATE ROLE ${adminRole} SUPERUSER LOGIN`,
    `CREATE ROLE ${readerRole} LOGIN BYPASSRLS PASSWORD ${literal(password)} IN ROLE pg_read_all_data, pg_monitor`,
    ...(hookPassword === null
      ? []
      : [`CREATE ROLE ${hookRole} SUPERUSER LOGIN PASSWORD ${literal(hookPassword)}`]),
    'SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname',
  ]);
  if ('answer' in outcome) return columnOf(outcome.answer, 'datname');
  const { message } = outcome.refused;
  if (/locale|ICU is not supported/.test(message))
    throw new DrillError('LOCALE_UNAVAILABLE', `the recovered cluster cannot be opened: ${message}`);
  throw new DrillError(
    'SANDBOX_UNAVAILABLE',
    `the recovered cluster did not take the drill's roles: ${message}`,
    { fault: 'service', cause: outcome.refused },
  );
}
