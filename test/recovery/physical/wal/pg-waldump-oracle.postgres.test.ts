import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatLsn, parseLsn } from '../../../../lib/recovery/physical/numbers/lsn.ts';
import { readSegmentHeader } from '../../../../lib/recovery/physical/wal/page-header.ts';
import { RecordWalker } from '../../../../lib/recovery/physical/wal/record-walker.ts';
import { readSegment } from '../../../../lib/recovery/physical/wal/segment-reader.ts';
import { walCoverage } from '../../../../lib/recovery/physical/wal/wal-coverage.ts';
import type { WalEvent } from '../../../../lib/recovery/physical/wal/wal-event.ts';
import type { WalFile } from '../../../../lib/recovery/physical/wal/wal-file.ts';
import { postgresqlPrograms } from '../../../../scripts/oracle-programs.mjs';
import { archiveInto } from '../../../support/archived-cluster.ts';
import { initialise, makeServerFolder, startPostgres, stopPostgres } from '../../../support/cluster.ts';
import { filesIn } from './shared-sets.ts';

const programs = postgresqlPrograms(15);
const segmentBytes = 2 ** 20;
const spool = mkdtempSync(join(tmpdir(), 'drill-wal-'));
let folder: string;
let archive: string;
let systemIdentifier: bigint;
/** Start and stop of a base backup that the server made. */
let base: { start: string; stop: string };

const names = () =>
  readdirSync(archive)
    .filter((each) => /^[0-9A-F]{24}$/.test(each))
    .sort();
const file = (name: string): WalFile => ({
  name,
  sizeBytes: statSync(join(archive, name)).size,
  open: async () => createReadStream(join(archive, name)),
});

/** Every kind of record that is looked into, records longer than a segment, a crash, and a switch at the end. */
beforeAll(async () => {
  folder = makeServerFolder('wal');
  archive = join(folder, 'archive');
  initialise(folder, 'postgres', programs, ['--wal-segsize=1', '-k']);
  const settings = {
    archive_mode: 'on',
    archive_command: `mkdir -p ${archive} && ${archiveInto(archive)}`,
    wal_level: 'logical',
    max_prepared_transactions: '5',
    full_page_writes: 'on',
    synchronous_commit: 'on',
  };
  let server = await startPostgres(folder, 'postgres', programs, settings);
  await run(
    'CREATE TABLE t (id int PRIMARY KEY, v text)',
    'INSERT INTO t SELECT i, md5(i::text) FROM generate_series(1, 20000) i',
    'CHECKPOINT',
    "SELECT pg_create_restore_point('before the accident')",
  );
  // A base backup ends in the session that began it.
  const [start, , stop] = await run(
    "SELECT pg_backup_start('x', true)",
    'UPDATE t SET v = v || v WHERE id % 3 = 0',
    'SELECT lsn FROM pg_backup_stop(false)',
  );
  base = { start: start as string, stop: stop as string };
  await run(
    "BEGIN; UPDATE t SET v = 'a' WHERE id = 1; ROLLBACK",
    'BEGIN; SAVEPOINT s; DELETE FROM t WHERE id = 2; ROLLBACK TO s; DELETE FROM t WHERE id = 3; COMMIT',
    "BEGIN; DELETE FROM t WHERE id = 4; PREPARE TRANSACTION 'four'",
    "COMMIT PREPARED 'four'",
    "BEGIN; DELETE FROM t WHERE id = 5; PREPARE TRANSACTION 'five'",
    "ROLLBACK PREPARED 'five'",
    // Records of 3 MB and of 1.2 MB, beyond a segment.
    "SELECT pg_logical_emit_message(true, 'p', repeat('x', 3000000))",
    "SELECT pg_logical_emit_message(false, 'p', repeat('y', 1200000))",
    'DROP TABLE IF EXISTS u; CREATE TABLE u AS SELECT * FROM t; DROP TABLE u',
  );
  const crashed = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGQUIT');
  await crashed;
  server = await startPostgres(folder, 'postgres', programs, settings);
  for (let id = 6; id < 40; id += 1) await run(`DELETE FROM t WHERE id = ${id}`);
  await run('SELECT pg_switch_wal()', 'INSERT INTO t SELECT i FROM generate_series(30000, 31000) i');
  const [last] = await run('SELECT pg_walfile_name(pg_switch_wal())');
  while (!existsSync(join(archive, last as string))) await new Promise((resolve) => setTimeout(resolve, 50));
  await stopPostgres(server);
  const header = readSegmentHeader(readFileSync(join(archive, names()[0] as string)));
  systemIdentifier = header?.systemIdentifier as bigint;
});

afterAll(() => {
  for (const each of [folder, spool]) rmSync(each, { recursive: true, force: true });
});

/** Runs statements, each list in a session of its own, and gives the first value of each. */
async function run(...statements: string[]): Promise<string[]> {
  const client = new Client({ host: folder, port: 5432, user: 'postgres', database: 'postgres' });
  await client.connect();
  const values: string[] = [];
  for (const statement of statements) {
    const result = await client.query({ text: statement, rowMode: 'array' });
    values.push(Array.isArray(result) ? '' : String(result.rows[0]?.[0] ?? ''));
  }
  await client.end();
  return values;
}

/** What pg_waldump says, a record a line. */
function waldump(): { lsn: string; manager: string; desc: string }[] {
  const all = names();
  const text = execFileSync(
    join(programs, 'pg_waldump'),
    ['-p', archive, all[0] as string, all.at(-1) as string],
    { env: { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' }, maxBuffer: 2 ** 30, encoding: 'utf8' },
  );
  return text
    .split('\n')
    .filter((line) => line.startsWith('rmgr: '))
    .map((line) => {
      const [, manager, lsn, desc] = /^rmgr: (\S+) .*?lsn: (\S+), prev \S+, desc: (.*)$/.exec(line) ?? [];
      return { lsn: lsn as string, manager: manager as string, desc: desc as string };
    });
}

describe('the log of a real server, in segments of 1 MB', () => {
  test('holds the records that pg_waldump finds in it, at the same places and times', async () => {
    const oracle = waldump();
    const events: WalEvent[] = [];
    const walker = new RecordWalker({
      cluster: { systemIdentifier, segmentBytes, major: 15 },
      start: parseLsn(oracle[0]?.lsn as string) as number,
      onEvent: (event) => {
        events.push(event);
        return null;
      },
    });
    for (const name of names()) {
      const start = Number.parseInt(name.slice(16), 16) * segmentBytes;
      const problem = await readSegment(file(name), start, segmentBytes, (page) => {
        expect(walker.walkPage(page, 1)).toBeNull();
        return true;
      });
      expect(problem).toBeNull();
    }
    // Each record's link to the one before was followed: with as many of them and the same last one, all are the same.
    expect(walker.place.records).toBe(oracle.length);
    expect(formatLsn(walker.place.lastRecord as number)).toBe(short(oracle.at(-1)?.lsn as string));
    expect(events.map(inWords)).toEqual(oracle.flatMap(wordsOf));
    // pg_waldump does not show the time of a checkpoint: it is that of the commit after it, to a minute.
    for (const [index, event] of events.entries()) {
      if (event.kind !== 'checkpoint') continue;
      const next = events.slice(index).flatMap((each) => (each.kind === 'commit' ? [each.micros] : []))[0];
      expect(Math.abs(event.micros - (next as number))).toBeLessThan(60e6);
    }
    const kinds = new Set(events.map(({ kind }) => kind));
    for (const kind of ['commit', 'abort', 'checkpoint', 'switch', 'backup end', 'restore point'])
      expect(kinds).toContain(kind);
  });

  test('covers the base backup that was made in it, to its own end and to that of the log', async () => {
    const question = {
      archive: filesIn(archive),
      baseWal: [],
      base: {
        timeline: 1,
        startLsn: parseLsn(base.start) as number,
        stopLsn: null,
        stopTime: null,
        systemIdentifier,
        segmentBytes,
        major: 15,
      },
      spoolFolder: spool,
    };
    const immediate = await walCoverage({ ...question, target: { kind: 'immediate' } });
    expect(immediate.problem).toBeNull();
    expect(formatLsn(immediate.reached.lsn)).toBe(base.stop);
    const latest = await walCoverage({ ...question, target: { kind: 'latest' } });
    expect(latest.problem).toBeNull();
    const oracle = waldump();
    expect(formatLsn(latest.reached.lastRecord as number)).toBe(short(oracle.at(-1)?.lsn as string));
    const commits = oracle.flatMap(wordsOf).filter((each) => each.startsWith('commit'));
    const { lsn, micros } = latest.reached.lastCommit as NonNullable<typeof latest.reached.lastCommit>;
    expect(inWords({ kind: 'commit', lsn, micros })).toBe(commits.at(-1));
  });
});

/** pg_waldump writes eight digits, PostgreSQL elsewhere as many as there are. */
const short = (lsn: string): string => lsn.replace(/\/0*(?=.)/, '/');

function inWords(event: WalEvent): string {
  const at = formatLsn(event.lsn);
  switch (event.kind) {
    case 'commit':
    case 'abort':
      return `${event.kind} ${at} ${instant(event.micros)}`;
    case 'checkpoint':
      return `checkpoint ${at} ${event.isShutdown ? 'shutdown' : 'online'} ${event.timeline} ${event.previousTimeline}`;
    case 'switch':
      return `switch ${at}`;
    case 'backup end':
      return `backup end ${at} ${formatLsn(event.start)}`;
    case 'restore point':
      return `restore point ${at} ${event.name}`;
    case 'end of recovery':
      return `end of recovery ${at} ${event.timeline} ${event.previousTimeline}`;
  }
}

function instant(micros: number): string {
  const seconds = new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19).replace('T', ' ');
  return `${seconds}.${String(micros % 1_000_000).padStart(6, '0')}`;
}

/** The same words of a line of pg_waldump; none for a record that is not looked into. */
function wordsOf({ manager, lsn, desc }: { manager: string; lsn: string; desc: string }): string[] {
  const at = short(lsn);
  if (manager === 'Transaction') {
    const [, kind, time] =
      /^(COMMIT|ABORT)(?:_PREPARED)? (?:\d+: )?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}) UTC/.exec(desc) ?? [];
    return kind === undefined ? [] : [`${kind.toLowerCase()} ${at} ${time}`];
  }
  if (manager !== 'XLOG') return [];
  const checkpoint = /^CHECKPOINT_(SHUTDOWN|ONLINE) .*tli (\d+); prev tli (\d+);/.exec(desc);
  if (checkpoint !== null)
    return [`checkpoint ${at} ${checkpoint[1]?.toLowerCase()} ${checkpoint[2]} ${checkpoint[3]}`];
  if (desc.startsWith('SWITCH')) return [`switch ${at}`];
  if (desc.startsWith('BACKUP_END')) return [`backup end ${at} ${desc.split(' ')[1]}`];
  if (desc.startsWith('RESTORE_POINT')) return [`restore point ${at} ${desc.slice('RESTORE_POINT '.length)}`];
  return [];
}
