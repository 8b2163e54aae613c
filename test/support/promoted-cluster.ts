import { cpSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { postgresqlPrograms } from '../../scripts/oracle-programs.mjs';
import { type ArchivedCluster, archiveInto, segmentsIn } from './archived-cluster.ts';
import { giveFolderToServerAccount, makeServerFolder, startPostgres, stopPostgres } from './cluster.ts';
import { superuserOf } from './server-kinds.ts';

/** An archive in which a standby was promoted at the moment of the cluster, while the old server went on. */
export interface PromotedCluster {
  folder: string;
  wal: string;
  /** Where the new timeline ends. */
  endLsn: string;
  /** In the last segment of the old server, which nobody follows any more. */
  abandonedLsn: string;
}

/** A position shortly behind the beginning of the last segment of an archive. */
function inLastSegment(wal: string): string {
  const name = segmentsIn(wal).at(-1) ?? '';
  const place = Number.parseInt(name.slice(16), 16) * statSync(join(wal, name)).size + 0x40;
  return `${Number.parseInt(name.slice(8, 16), 16).toString(16)}/${place.toString(16)}`.toUpperCase();
}

/**
 * Recovers a plain base backup to its moment by PostgreSQL itself, which begins timeline 2 there, and archives beside the
 * segments of timeline 1.
 */
export async function promoteAtMoment(archived: ArchivedCluster): Promise<PromotedCluster> {
  const folder = makeServerFolder('promoted');
  const [data, wal] = [join(folder, 'data'), join(folder, 'wal')];
  cpSync(archived.wal, wal, { recursive: true });
  mkdirSync(data, { mode: 0o700 });
  cpSync(archived.base, data, { recursive: true });
  writeFileSync(join(data, 'recovery.signal'), '');
  for (const each of [data, wal]) giveFolderToServerAccount(each);
  const server = await startPostgres(folder, superuserOf.source, postgresqlPrograms(15), {
    ...{ wal_level: 'replica', max_prepared_transactions: '5', max_wal_senders: '10' },
    ...{ archive_mode: 'on', archive_command: archiveInto(wal) },
    restore_command: `cp ${wal}/%f %p`,
    recovery_target_time: archived.moment.replace('T', ' ').replace('Z', '+00'),
    recovery_target_action: 'promote',
  });
  const client = new Client({ host: folder, port: 5432, user: superuserOf.source, database: 'postgres' });
  try {
    await client.connect();
    const ask = async (sql: string): Promise<string> => {
      const { rows } = await client.query<{ value: string }>(sql);
      return rows[0]?.value ?? '';
    };
    while ((await ask('SELECT pg_is_in_recovery()::text AS value')) === 'true') await sleep(50);
    await client.query('CREATE TABLE after_promotion AS SELECT 1 AS id');
    const last = await ask('SELECT pg_walfile_name(pg_current_wal_lsn()) AS value');
    const endLsn = await ask('SELECT pg_switch_wal()::text AS value');
    while (!segmentsIn(wal).includes(last)) await sleep(50);
    return { folder, wal, endLsn, abandonedLsn: inLastSegment(archived.wal) };
  } finally {
    await client.end();
    await stopPostgres(server);
  }
}
