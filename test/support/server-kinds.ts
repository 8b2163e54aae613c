import { Client } from 'pg';
import { createMasterRole } from '../../lib/adapters/sandboxes/local-process/master-role.ts';
import { postgresqlPrograms } from '../../scripts/oracle-programs.mjs';
import type { Superuser } from './cluster.ts';

/**
 * What a server stands for. `source`: a server of the user, with nothing but its superuser, which PostgreSQL's own programs
 * dump from and restore into. `target`: the same with a role `master` that has the rights of the RDS master.
 * `sandbox`: roles, rights and WAL as the product's sandbox on this machine has them.
 */
export type ServerKind = 'source' | 'target' | 'sandbox';

export const superuserOf = {
  source: 'postgres',
  target: 'postgres',
  sandbox: 'drill_admin',
} as const satisfies Record<ServerKind, Superuser>;

export const settingsOf: Record<ServerKind, Readonly<Record<string, string>>> = {
  // Publications are restored without a warning.
  source: { wal_level: 'logical' },
  target: {},
  sandbox: { wal_level: 'minimal', max_wal_senders: '0' },
};

/** The roles that a server of this kind has from the start, beside its superuser. */
export const rolesOf: Record<ServerKind, readonly string[]> = {
  source: [],
  target: ['master'],
  sandbox: ['master'],
};

/** Who owns `postgres` and `template1`: on RDS, and so in a sandbox, the master. */
export const ownerOfDatabases: Record<ServerKind, string> = {
  source: 'postgres',
  target: 'postgres',
  sandbox: 'master',
};

/**
 * Folder of the programs that such a server runs: of PostgreSQL 15. The tests of targets can be tried on another major with
 * the folder of its programs in RESTORE_DRILL_TEST_TARGET_PROGRAMS.
 */
export function programsOf(kind: ServerKind): string {
  const other = process.env.RESTORE_DRILL_TEST_TARGET_PROGRAMS;
  return kind === 'target' && other !== undefined ? other : postgresqlPrograms(15);
}

/** Password of the role `master`, which no socket asks for. */
export const masterPassword = 'not a secret';

/** Makes the roles of a new server. */
export async function makeRoles(kind: ServerKind, folder: string): Promise<void> {
  if (kind === 'sandbox') await createMasterRole(folder, 5432, masterPassword);
  if (kind === 'target')
    await statement(folder, 'postgres', 'CREATE ROLE master LOGIN NOSUPERUSER CREATEDB CREATEROLE');
}

async function statement(folder: string, user: Superuser, sql: string): Promise<void> {
  const client = new Client({ host: folder, port: 5432, user, database: 'postgres' });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
