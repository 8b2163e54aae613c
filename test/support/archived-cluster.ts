import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { postgresqlPrograms } from '../../scripts/oracle-programs.mjs';
import { giveToServerAccount, makeServerFolder } from './cluster.ts';
import { TestServer } from './server.ts';

/** A base backup, the WAL that was archived behind it, and a moment between two commits. */
export interface ArchivedCluster {
  /** Holds `base` and `wal`. */
  folder: string;
  base: string;
  wal: string;
  /** Another base backup, made after the moment, where one was asked for. */
  laterBase: string;
  /** ISO 8601: rows 1 and 2 of `shop.marker` are committed, 3 and 4 are not. */
  moment: string;
  systemIdentifier: string;
  /** Files of the relations that `before` made, below the data directory. */
  paths: Readonly<Record<string, string>>;
}

interface ArchivedOptions {
  /** Folder of the programs of another major than 15. */
  programs?: string;
  /** More words for initdb. */
  initdb?: readonly string[];
  /** Statements in the database before the backup. */
  before?: readonly string[];
  /** And after the moment. */
  after?: readonly string[];
  /** Of the server, beside those of an archive. */
  settings?: Readonly<Record<string, string>>;
  /** Makes another base backup after the moment. */
  withLaterBase?: boolean;
}

/** An archive_command by which a segment appears whole: whoever waits for its name may read it at once, or stop the server. */
export const archiveInto = (folder: string): string =>
  `cp %p ${folder}/%f.part && mv ${folder}/%f.part ${folder}/%f`;

/** Whole segments of an archive, in order. */
export const segmentsIn = (wal: string): string[] =>
  readdirSync(wal)
    .filter((name) => /^[0-9A-F]{24}$/.test(name))
    .sort();

/** Lets every user read a folder: programs of the user's run as another one. */
export function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, 0o644);
  }
}

/**
 * Makes one with PostgreSQL's own pg_basebackup: a row before the backup, one before the moment, two after it. Row security
 * is forced, and the database asks every session for a library that is nowhere.
 * @param format as pg_basebackup's -F
 */
export async function makeArchivedCluster(
  format: 'p' | 't',
  {
    programs = postgresqlPrograms(15),
    initdb = [],
    before = [],
    after = [],
    settings = {},
    withLaterBase = false,
  }: ArchivedOptions = {},
): Promise<ArchivedCluster> {
  const folder = makeServerFolder('archived');
  const wal = join(folder, 'wal');
  mkdirSync(wal);
  giveToServerAccount(wal);
  const source = await TestServer.start('source', {
    programs,
    initdb,
    settings: {
      wal_level: 'replica',
      max_wal_senders: '10',
      max_prepared_transactions: '5',
      archive_mode: 'on',
      archive_command: archiveInto(wal),
      ...settings,
    },
  });
  await source.createDatabase('shop');
  // Opened before the database asks for the library.
  const session = await source.connect(source.superuser, 'shop');
  const insert = (id: number): Promise<unknown> => session.query(`INSERT INTO marker VALUES (${id})`);
  const textOf = async (sql: string): Promise<string> => String((await source.sql('postgres', sql))[0]?.[0]);
  try {
    await session.query('CREATE TABLE marker (id integer); CREATE ROLE owner_of_all SUPERUSER');
    await session.query('ALTER TABLE marker ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY');
    await session.query(`ALTER DATABASE shop SET session_preload_libraries = 'not_here'`);
    await insert(1);
    for (const statement of before) await session.query(statement);
    const { rows } = await session.query<{ name: string; path: string }>(
      "SELECT relname AS name, pg_relation_filepath(oid) AS path FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')",
    );
    const [base, laterBase] = [join(folder, 'base'), join(folder, 'later-base')];
    const tar = format === 't' ? ['-z'] : [];
    const backUp = (to: string): unknown =>
      source.tool('pg_basebackup', ['-D', to, `-F${format}`, ...tar, '-X', 'stream', '-c', 'fast']);
    backUp(base);
    await insert(2);
    const moment = await textOf('SELECT clock_timestamp()::text');
    await sleep(50);
    if (withLaterBase) {
      // Labels tell whole seconds.
      await sleep(1000);
      backUp(laterBase);
    }
    for (const statement of after) await session.query(statement);
    // A segment of its own, so that the one before it can be missing.
    for (const id of [3, 4]) {
      await source.sql('postgres', 'SELECT pg_switch_wal()');
      await insert(id);
    }
    const last = await textOf('SELECT pg_walfile_name(pg_switch_wal())');
    while (!segmentsIn(wal).includes(last)) await sleep(50);
    const systemIdentifier = await textOf('SELECT system_identifier::text FROM pg_control_system()');
    return {
      ...{ folder, base, laterBase, wal, systemIdentifier },
      paths: Object.fromEntries(rows.map(({ name, path }) => [name, path])),
      moment: new Date(`${moment.replace(' ', 'T')}:00`).toISOString(),
    };
  } finally {
    await session.end();
    await source.stop();
  }
}
