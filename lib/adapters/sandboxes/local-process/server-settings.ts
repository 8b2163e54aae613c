import { totalmem } from 'node:os';
import { adminRole } from '../../../domain/text/own-objects.ts';

/** Login names inside a sandbox. */
export { adminRole };
export const masterRole = 'master';

export interface ServerSettingsOptions {
  majorVersion: number;
  socketDirectory: string;
  /** Also listen on 127.0.0.1. */
  loopback: boolean;
  port: number;
  /** Files beside the data directory, so that nothing the server may write is configuration. */
  hbaFile: string;
  identFile: string;
  memoryBytes: number;
  /** A locale that this machine has, for money, numbers and dates. */
  locale: string;
}

/** What this process may use: the machine's memory or the limit of its container. */
export function usableMemoryBytes(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

const mebibyte = 1024 * 1024;

/** postgresql.conf of a sandbox: fast because nothing in it must survive, silent because a log could hold row values. */
export function postgresqlConf(options: ServerSettingsOptions): string {
  const { memoryBytes } = options;
  const megabytes = (share: number, least: number, most: number) =>
    `${Math.round(Math.min(most, Math.max(least, (memoryBytes * share) / mebibyte)))}MB`;
  const settings: Record<string, string | number> = {
    listen_addresses: options.loopback ? '127.0.0.1' : '',
    port: options.port,
    unix_socket_directories: options.socketDirectory,
    unix_socket_permissions: '0700',
    hba_file: options.hbaFile,
    ident_file: options.identFile,
    max_connections: 100,
    // The data is thrown away: a crash of the machine ends the drill anyhow.
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    wal_level: 'minimal',
    max_wal_senders: 0,
    max_wal_size: '4GB',
    checkpoint_timeout: '1h',
    autovacuum: 'off',
    jit: 'off',
    // A crash of a backend must end the drill, not be healed behind its back.
    restart_after_crash: 'off',
    // An eighth of the memory, because our own process and the file cache need theirs; more gains a bulk load little.
    shared_buffers: megabytes(1 / 8, 32, 1024),
    maintenance_work_mem: megabytes(1 / 32, 32, 512),
    // One transaction may create thousands of objects; 512 × 100 connections of lock table cost about 15 MB.
    max_locks_per_transaction: 512,
    // Containers give /dev/shm 64 MB, too little for parallel index builds; files go with the data directory instead.
    dynamic_shared_memory_type: 'mmap',
    // The copy can reach nothing: no subscription of the dump comes alive.
    max_logical_replication_workers: 0,
    shared_preload_libraries: '',
    session_preload_libraries: '',
    // As on RDS.
    timezone: 'UTC',
    default_text_search_config: 'pg_catalog.english',
    datestyle: 'iso, mdy',
    lc_messages: 'C',
    lc_monetary: options.locale,
    lc_numeric: options.locale,
    lc_time: options.locale,
    password_encryption: 'scram-sha-256',
    // No row value may reach the log: `ERROR` and `LOG` lines can hold them (a failed row, the statement of a crashed
    // backend), FATAL and PANIC lines tell of connections, files and memory only.
    logging_collector: 'off',
    log_destination: 'stderr',
    log_min_messages: 'fatal',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_statement: 'none',
    log_min_duration_statement: -1,
    log_parameter_max_length: 0,
    log_parameter_max_length_on_error: 0,
    log_checkpoints: 'off',
    log_connections: options.majorVersion >= 18 ? '' : 'off',
    log_disconnections: 'off',
    log_lock_waits: 'off',
    log_temp_files: -1,
    log_line_prefix: '',
    log_timezone: 'UTC',
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'\n`)
    .join('');
}

/**
 * pg_hba.conf of a sandbox. The superuser has no password: only the operating system user that started the drill gets in,
 * over the socket. Everybody else needs one; `md5` takes SCRAM passwords too and, as RDS does, those of old dumps.
 */
export function pgHbaConf(): string {
  return [
    `local all ${adminRole} peer map=drill`,
    'local all all md5',
    `host all ${adminRole} 127.0.0.1/32 reject`,
    'host all all 127.0.0.1/32 md5',
    '',
  ].join('\n');
}

/** pg_ident.conf of a sandbox. */
export function pgIdentConf(ownName: string): string {
  return `drill "${ownName.replaceAll('"', '""')}" ${adminRole}\n`;
}
