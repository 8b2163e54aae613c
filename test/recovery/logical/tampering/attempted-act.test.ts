import { describe, expect, test } from 'vitest';
import { attemptedAct } from '../../../../lib/recovery/logical/tampering/attempted-act.ts';

const inCode = 'PL/pgSQL function public.f(integer) line 3 at EXECUTE';

/** As servers 14 to 18 said it to a master that is no superuser. */
const acts: [sqlState: string, message: string, words: RegExp][] = [
  ['42501', 'must be superuser to alter superusers', /grant of a role/],
  ['42501', 'permission denied to grant role "pg_execute_server_program"', /grant of a role/],
  [
    '42501',
    'must be superuser or a member of the pg_execute_server_program role to COPY to or from an external program',
    /run a program/,
  ],
  [
    '42501',
    'must be superuser or have privileges of the pg_execute_server_program role to COPY to or from an external program',
    /run a program/,
  ],
  ['42501', 'permission denied to COPY to or from an external program', /run a program/],
  ['42501', 'permission denied to COPY from a file', /read a file/],
  [
    '42501',
    'must be superuser or a member of the pg_write_server_files role to COPY to a file',
    /write a file/,
  ],
  ['42501', 'permission denied for function pg_read_file', /read a file/],
  ['42501', 'permission denied for function pg_ls_waldir', /read a file/],
  ['42501', 'permission denied for function lo_export', /write a file/],
  ['42501', 'permission denied for function pg_terminate_backend', /other sessions/],
  [
    '42501',
    'must be a member of the role whose process is being terminated or member of pg_signal_backend',
    /other sessions/,
  ],
  ['42501', 'permission denied to terminate process', /other sessions/],
  ['42501', 'must be superuser to create superusers', /role with rights/],
  ['42501', 'must be superuser to alter superuser roles or change superuser attribute', /role with rights/],
  ['42501', 'permission denied to alter role', /role with rights/],
  ['42939', 'role name "pg_execute_server_program" is reserved', /change a role/],
  ['42501', 'permission denied to set role "pg_monitor"', /become another role/],
  ['42501', 'permission denied to set session authorization "drill_admin"', /become another role/],
  ['42501', 'must be superuser to alter settings globally', /settings of every role/],
  ['42501', 'access to library "plugins/x" is not allowed', /load a library/],
  ['42501', 'permission denied to set parameter "session_preload_libraries"', /load a library/],
  ['42501', 'must be superuser or replication role to use replication slots', /sent away/],
  ['42501', 'permission denied to use replication slots', /sent away/],
  ['42501', 'permission denied for language c', /code of a library/],
  ['42501', 'permission denied to create foreign-data wrapper "f"', /reaches outside/],
  ['42501', 'permission denied to alter foreign-data wrapper "f"', /reaches outside/],
  ['42501', 'permission denied to create extension "dblink"', /reaches outside/],
  ['42501', 'permission denied for table pg_authid', /keeps for itself/],
  ['25001', 'ALTER SYSTEM cannot run inside a transaction block', /server itself/],
];

/** What code of harmless dumps may meet. */
const harmless: [sqlState: string, message: string][] = [
  ['42501', 'permission denied for table orders'],
  ['42501', 'permission denied for schema private'],
  ['42501', 'permission denied for function total'],
  ['42501', 'must be owner of table orders'],
  ['42501', 'permission denied to set parameter "session_replication_role"'],
  ['55000', 'foreign-data wrapper "postgres_fdw" has no handler'],
  ['42883', 'function pg_read_file(integer) does not exist'],
  ['P0001', 'permission denied for function pg_read_file'],
];

describe('a refusal inside code of the dump', () => {
  test.each(acts)('%s %s is an attempt to act', (sqlState, message, words) => {
    expect(attemptedAct({ sqlState, message, context: inCode })).toMatch(words);
  });

  test.each(harmless)('%s %s is none', (sqlState, message) => {
    expect(attemptedAct({ sqlState, message, context: inCode })).toBeNull();
  });

  test('is told without any word of the server, which may hold a value', () => {
    const said = attemptedAct({
      sqlState: '42501',
      message: 'permission denied to grant role "Mrs Miller"',
      context: inCode,
    });

    expect(said).not.toContain('Miller');
  });
});

test('a refusal of a statement of the dump itself is no attempt of code: the policy judges statements', () => {
  expect(
    attemptedAct({ sqlState: '42501', message: 'must be superuser to alter superusers', context: null }),
  ).toBeNull();
});
