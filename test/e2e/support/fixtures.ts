import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { opensslProgram } from '../../../scripts/oracle-programs.mjs';
import { repositoryRoot } from '../../support/repository-root.ts';
import { TestServer } from '../../support/server.ts';

export const shopName = 'shop_20261120T020000Z.sql.gz';
export const shopFile = join(repositoryRoot, 'examples', shopName);

/** Rows of the example dump, table by table; the materialized view counts as one. */
export const shopRows: Record<string, number> = {
  customers: 250,
  events_2026_10: 1084,
  events_2026_11: 916,
  migrations: 14,
  order_lines: 1800,
  orders: 900,
  products: 40,
  sales_by_day: 39,
};

/** The example dump in the forms that its users' jobs write. */
export interface ShopDumps {
  plain: Buffer;
  plainGzip: Buffer;
  custom: Buffer;
  tar: Buffer;
  /** WAL of the server that held it, and its base backups. */
  walSegment: Buffer;
  writeBaseBackup(folder: string, format: 'tar' | 'plain'): void;
  stop(): Promise<void>;
}

/** Loads the example dump into a real server and dumps it with PostgreSQL's own tools. */
export async function makeShopDumps(): Promise<ShopDumps> {
  const server = await TestServer.start('source');
  const plainGzip = readFileSync(shopFile);
  const plain = gunzipSync(plainGzip);
  await server.sql('postgres', 'create role shop_owner');
  await server.sql('postgres', 'create role shop_reader');
  await server.sql('postgres', 'create database shop');
  server.tool('psql', ['-d', 'shop', '-q', '-v', 'ON_ERROR_STOP=1'], { input: plain });
  const wal = join(server.directory, 'data', 'pg_wal');
  const segment = readdirSync(wal).find((name) => /^[0-9A-F]{24}$/.test(name)) ?? '';
  return {
    plain,
    plainGzip,
    custom: server.tool('pg_dump', ['-Fc', 'shop']),
    tar: server.tool('pg_dump', ['-Ft', 'shop']),
    walSegment: readFileSync(join(wal, segment)),
    writeBaseBackup: (folder, format) => {
      const packed = format === 'tar' ? ['-Ft', '-z'] : ['-Fp'];
      server.tool('pg_basebackup', ['-D', folder, ...packed, '-X', 'fetch', '-c', 'fast']);
    },
    stop: () => server.stop(),
  };
}

/** The dump with a `pg_sleep` of so many milliseconds for each of its rows: restoring it takes time, not power. */
export interface SlowDump {
  text(millisecondsPerRow: number): string;
  rows: number;
}

/** Dumped by pg_dump from a table whose CHECK calls a function. */
export async function makeSlowDump(): Promise<SlowDump> {
  const server = await TestServer.shared('source');
  const rows = 1000;
  await server.sql('postgres', 'create database slow');
  await server.sql(
    'slow',
    `create function public.is_slow(n integer) returns boolean language plpgsql as 'begin return true; end';
       create table public.numbers (n integer primary key constraint slow check (public.is_slow(n)));
       insert into public.numbers select generate_series(1, ${rows});
       create or replace function public.is_slow(n integer) returns boolean language plpgsql
         as 'begin perform pg_sleep(0.12345); return true; end';`,
  );
  const dumped = server.tool('pg_dump', ['slow']).toString();
  return {
    rows,
    text: (milliseconds) => dumped.replace('pg_sleep(0.12345)', `pg_sleep(${milliseconds / 1000})`),
  };
}

/** Writes a file below a folder that is made for it, and gives back its path. */
export function written(folder: string, name: string, content: Buffer | string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** A sidecar as sha256sum writes it. */
export function sha256Sidecar(content: Buffer | string, name: string): string {
  return `${createHash('sha256').update(content).digest('hex')}  ${name}\n`;
}

/** One bit of the byte at this share of the length is turned over. */
export function withFlippedBit(content: Buffer, share: number): Buffer {
  const flipped = Buffer.from(content);
  const place = Math.floor(flipped.length * share);
  flipped[place] = (flipped[place] ?? 0) ^ 0x10;
  return flipped;
}

export const cutAt = (content: Buffer, share: number): Buffer =>
  content.subarray(0, Math.floor(content.length * share));

export const gzipped = (content: Buffer | string): Buffer => gzipSync(content);

/** As backup jobs do it: `openssl enc -aes-256-cbc -pbkdf2`. */
export function encrypted(content: Buffer, passphrase: string): Buffer {
  return execFileSync(
    opensslProgram(),
    ['enc', '-aes-256-cbc', '-pbkdf2', '-salt', '-pass', 'env:PASSPHRASE'],
    {
      input: content,
      env: { PATH: process.env.PATH, PASSPHRASE: passphrase },
      maxBuffer: 1 << 30,
    },
  );
}

/**
 * A custom archive of pg_dump 15 whose header says another time of creation: seven integers, each a sign and four
 * bytes, after magic, version, sizes, format and compression level (WriteHead in pg_backup_archiver.c).
 */
export function createdAt(archive: Buffer, moment: Date): Buffer {
  const stamped = Buffer.from(archive);
  const fields = [
    moment.getUTCSeconds(),
    moment.getUTCMinutes(),
    moment.getUTCHours(),
    moment.getUTCDate(),
    moment.getUTCMonth(),
    moment.getUTCFullYear() - 1900,
    0,
  ];
  for (const [index, field] of fields.entries()) stamped.writeUInt32LE(field, 17 + index * 5);
  return stamped;
}
