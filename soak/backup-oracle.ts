import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serverAccount } from '../lib/adapters/sandboxes/local-process/server-account.ts';
import { postgresqlPrograms } from '../scripts/oracle-programs.mjs';
import { giveFolderToServerAccount, giveToServerAccount, makeServerFolder } from '../test/support/cluster.ts';
import type { BackupForm } from './backup-forms.ts';
import type { Aim } from './damaged-backup.ts';
import { unpackers } from './dump-forms.ts';
import { comparedMajor, type Restored } from './restored.ts';

/** Recovery of these 30 MB takes a second on a quiet machine. */
const longestStartSeconds = 120;

/** A base backup as it lies, damaged or not. */
export interface LyingBackup {
  form: Omit<BackupForm, 'name'>;
  aim: Aim;
  /** ISO 8601, for the aim of that name. */
  moment: string;
}

/** What PostgreSQL's own programs make of a base backup. */
export type Recovered =
  | { kind: 'recovered'; restored: Restored }
  /** `by`: who would not have it. */
  | { kind: 'refused'; by: 'tar' | 'pg_verifybackup' | 'postgres'; reason: string };

/**
 * Unpacks a base backup with tar, holds it against its manifest with pg_verifybackup, lets PostgreSQL itself recover it from
 * the archive, and gives what pg_dump writes of its databases. Nothing of this repository's reading is asked.
 */
export async function recoveredByPostgres({ form, aim, moment }: LyingBackup): Promise<Recovered> {
  const folder = makeServerFolder('oracle');
  try {
    const data = join(folder, 'data');
    mkdirSync(data);
    const archive = join(folder, 'archive');
    mkdirSync(archive);
    const packed = unpackBase(form, data) ?? unpackArchive(form, archive, aim !== 'immediate');
    if (packed !== null) return { kind: 'refused', by: 'tar', reason: packed };
    if (form.hasManifest) {
      const { status, stderr } = run('pg_verifybackup', ['-n', data]);
      if (status !== 0) return { kind: 'refused', by: 'pg_verifybackup', reason: stderr };
    }
    writeSettings(data, folder, { aim, moment, isGzip: form.walPacking === 'gzip', archive });
    giveFolderToServerAccount(data);
    giveFolderToServerAccount(archive);
    for (const each of [data, archive]) {
      giveToServerAccount(each);
      chmodSync(each, 0o700);
    }
    return await startedAndDumped(data, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startedAndDumped(data: string, folder: string): Promise<Recovered> {
  const log = join(folder, 'log');
  const control = (...words: string[]): boolean =>
    asServer(folder, 'pg_ctl', ['-D', data, '-s', ...words]).status === 0;
  const refused = (reason: string): Recovered => ({ kind: 'refused', by: 'postgres', reason });
  try {
    // Waits until it recovers, which it may be long at, or has ended.
    control('-l', log, '-w', '-t', String(longestStartSeconds), 'start');
    const names = await databasesOf(folder, () => control('status'));
    if (names === null) return refused(existsSync(log) ? readFileSync(log, 'utf8').slice(-500) : 'no word');
    const restored: Restored = new Map();
    for (const name of names) {
      const words = ['--no-owner', '--no-privileges', '-h', folder, '-U', 'postgres', name];
      const { status, stdout, stderr } = run('pg_dump', words);
      if (status !== 0) return refused(stderr);
      restored.set(name, stdout);
    }
    return { kind: 'recovered', restored };
  } finally {
    // Of one that did not come up this does nothing.
    control('-m', 'immediate', 'stop');
  }
}

/** Asks until it answers, as it does once it is recovered; null: it ended, or the time is over. */
async function databasesOf(folder: string, isRunning: () => boolean): Promise<string[] | null> {
  const query =
    "SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1') ORDER BY 1";
  const words = ['-XAtqc', query, '-h', folder, '-U', 'postgres', '-d', 'postgres'];
  const endsAt = performance.now() + longestStartSeconds * 1000;
  while (performance.now() < endsAt) {
    const ran = isRunning();
    const { status, stdout } = run('psql', words);
    if (status === 0) return stdout.split('\n').filter((name) => name !== '');
    if (!ran) return null;
    await sleep(200);
  }
  return null;
}

/** @returns what the program complained of; null: nothing */
function unpackBase({ base, isTars }: LyingBackup['form'], data: string): string | null {
  if (!isTars) {
    cpSync(base, data, { recursive: true });
    return null;
  }
  for (const name of readdirSync(base).sort()) {
    if (name === 'backup_manifest') {
      cpSync(join(base, name), join(data, name));
      continue;
    }
    const target = name.startsWith('pg_wal') ? join(data, 'pg_wal') : data;
    mkdirSync(target, { recursive: true });
    const complaint = untar(join(base, name), target);
    if (complaint !== null) return `${name}: ${complaint}`;
  }
  return null;
}

/**
 * A backup brings the WAL to its own end: neither PostgreSQL nor we ask an archive for more when it is only to be consistent.
 * What is no tarball is copied: the server's own restore_command unpacks segment by segment.
 */
function unpackArchive(
  { wal, walPacking }: LyingBackup['form'],
  archive: string,
  isNeeded: boolean,
): string | null {
  if (walPacking !== 'tar') {
    cpSync(wal, archive, { recursive: true });
    return null;
  }
  const complaint = readdirSync(wal)
    .map((name) => untar(join(wal, name), archive))
    .reduce((first, next) => first ?? next, null);
  if (complaint === null || isNeeded) return complaint;
  // The file in which tar gave up would keep PostgreSQL from the whole one that the backup brings.
  for (const name of readdirSync(archive)) rmSync(join(archive, name));
  return null;
}

/** By its name, as people do it: pg_basebackup leaves pg_wal.tar as it is where a client compresses with zstd. */
function untar(path: string, target: string): string | null {
  const unpack = path.endsWith('.gz') ? unpackers.gzip : path.endsWith('.zst') ? unpackers.zstd : ['cat'];
  // Not tar's own -z, which hides what the other program says.
  const script = `set -o pipefail; ${unpack.join(' ')} < "$0" | tar -xf - -C "$1"`;
  const { status, stderr } = spawnSync('bash', ['-c', script, path, target], { encoding: 'utf8' });
  return status === 0 ? null : stderr;
}

/** In the place of what the backup had there: pg_verifybackup passes that file over too. */
function writeSettings(
  data: string,
  folder: string,
  { aim, moment, isGzip, archive }: { aim: Aim; moment: string; isGzip: boolean; archive: string },
): void {
  const bring = isGzip ? `gzip -dc ${archive}/%f.gz > %p` : `cp ${archive}/%f %p`;
  const aimed = {
    latest: '',
    moment: `recovery_target_time = '${moment.replace('T', ' ').replace('Z', '+00')}'`,
    immediate: "recovery_target = 'immediate'",
  } as const;
  const settings = [
    ...["listen_addresses = ''", 'port = 5432', `unix_socket_directories = '${folder}'`],
    // Else it answers before it is recovered.
    ...['hot_standby = off', 'archive_mode = off', 'fsync = off', 'autovacuum = off'],
    ...[`restore_command = '${bring}'`, "recovery_target_action = 'promote'", aimed[aim]],
  ];
  rmSync(join(data, 'postgresql.auto.conf'), { force: true });
  appendFileSync(join(data, 'postgresql.auto.conf'), `${settings.join('\n')}\n`);
  if (!existsSync(join(data, 'recovery.signal'))) writeFileSync(join(data, 'recovery.signal'), '');
}

const environment = { ...process.env, LC_ALL: 'C.UTF-8' };

const run = (program: string, words: string[]) =>
  spawnSync(join(postgresqlPrograms(comparedMajor), program), words, {
    ...{ encoding: 'utf8', maxBuffer: 1 << 30, env: environment },
  });

/** PostgreSQL runs as no root; what it says stands in a file, so that nobody waits for its end. */
const asServer = (cwd: string, program: string, words: string[]) =>
  spawnSync(join(postgresqlPrograms(comparedMajor), program), words, {
    ...{ ...serverAccount().switchTo, cwd, stdio: 'ignore', env: environment },
  });
