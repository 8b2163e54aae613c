import { readFileSync, utimesSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TestServer } from '../support/server.ts';
import { createdAt, shopFile } from './support/fixtures.ts';
import { World } from './support/world.ts';

const whole = readFileSync(shopFile);

let world: World;
/** A custom archive with one filled table, and what pg_dumpall writes beside it. */
let archive: Buffer;
let roles: Buffer;

beforeAll(async () => {
  const server = await TestServer.shared('source');
  await server.sql('postgres', 'create database moments');
  await server.sql('moments', 'create table public.t (id integer primary key)');
  await server.sql('moments', 'insert into public.t select generate_series(1, 5)');
  archive = server.tool('pg_dump', ['-Fc', 'moments']);
  roles = server.tool('pg_dumpall', ['--globals-only']);
});
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

const drillOf = (source: string, ...lines: string[]): string[] => [
  'shop',
  '--config',
  world.configuration(`    source: { folder: ./backups${source} }`, ...lines),
];
/** ISO 8601 without punctuation, as jobs name their dumps. */
const named = (moment: Date): string => `shop_${moment.toISOString().replace(/[-:]|\.\d+/g, '')}.dump`;
const daysAgo = (days: number): Date => new Date(Date.now() - days * 86_400_000);

describe('a name that lies', () => {
  test('an old dump under a new name is not proven, its age is that of its header, and a newer one is found', async () => {
    world.backup(named(daysAgo(0.1)), createdAt(archive, daysAgo(40)));
    world.backup(named(daysAgo(1)), createdAt(archive, daysAgo(1)));
    const { record } = await world.expectDrill(drillOf(', maxAge: 26h', '    objectives: { rpo: 26h }'), {
      verdict: 'NOT_PROVEN',
      code: 'DUMP_OLDER_THAN_NAMED',
    });
    expect(record.findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['DUMP_TOO_OLD', 'RPO_MISSED', 'OLDER_DUMP_PROVEN']),
    );
    expect(record.rpo.actualSeconds).toBeGreaterThan(39 * 86_400);
    expect(record.findings.find(({ code }) => code === 'OLDER_DUMP_PROVEN')?.message).toContain(
      'newer in truth',
    );
  });

  test('a copy made long after its name is ordinary', async () => {
    world.backup(named(daysAgo(40)), createdAt(archive, daysAgo(40)));
    const { record } = await world.expectProven(drillOf(''));
    expect(record.findings.filter(({ severity }) => severity === 'warning')).toEqual([]);
  });

  test('a file older than its name is proven with a warning, and its age is that of the file', async () => {
    const path = world.backup('shop_20261120T020000Z.sql.gz', whole);
    const written = new Date('2026-10-01T02:00:00Z');
    utimesSync(path, written, written);
    const { record } = await world.expectProven([...drillOf(''), '--at', '2026-11-20']);
    expect(record.findings).toContainEqual(
      expect.objectContaining({ code: 'MOMENTS_DISAGREE', severity: 'warning' }),
    );
    expect(record).toMatchObject({
      asOf: '2026-11-20T23:59:59.999Z',
      rpo: { dumpPoint: '2026-10-01T02:00:00.000Z' },
    });
  });

  test('a moment of the future is never the newest', async () => {
    const lastNight = named(daysAgo(1));
    world.backup('shop_20620101T020000Z.dump', archive);
    world.backup(lastNight, createdAt(archive, daysAgo(1)));
    const { record } = await world.expectProven(drillOf(''));
    expect(record.provenDump).toBe(lastNight);
    expect(record.findings).toContainEqual(
      expect.objectContaining({ code: 'DUMP_IN_FUTURE', message: expect.stringContaining('2062-01-01') }),
    );
  });

  test('where a moment of the future is all there is, nothing could be verified', async () => {
    world.backup('shop_20620101T020000Z.dump', archive);
    const { record } = await world.expectDrill(drillOf(''), {
      verdict: 'COULD_NOT_VERIFY',
      code: 'NO_DUMP_FOUND',
    });
    expect(record.findings.map(({ code }) => code)).toContain('DUMP_IN_FUTURE');
  });
});

describe('roles beside the dumps of a database', () => {
  test('are no newest dump, whatever they are called', async () => {
    world.backup('shop-20261119.sql.gz', whole);
    world.backup('accounts_20261121.sql', roles);
    world.backup('accounts_20261120.sql', roles);
    world.backup('globals-20261122.sql', roles);
    const { record } = await world.expectProven(drillOf(''));
    expect(record.provenDump).toBe('shop-20261119.sql.gz');
    expect(record.attempts).toHaveLength(1);
    const passedOver = record.findings.filter(({ code }) => code === 'DUMP_REFUSED');
    expect(passedOver.map(({ message }) => message)).toEqual([
      expect.stringContaining('accounts_20261121.sql was passed over: it holds roles and tablespaces only'),
    ]);
  });

  test('are named as such when nothing else is there, and are no lost data', async () => {
    const path = world.backup('accounts_20261121.sql', roles);
    for (const words of [drillOf(''), ['--dump', path]]) {
      const { record } = await world.expectDrill(words, {
        verdict: 'COULD_NOT_VERIFY',
        code: 'GLOBALS_ONLY',
      });
      expect(record.findings.map(({ code }) => code)).not.toContain('NO_DATA');
    }
  });

  test('are no such file once a database follows', async () => {
    const cluster = roles
      .toString()
      .replace(
        '--\n-- PostgreSQL database cluster dump complete',
        () => `\\connect postgres\n\n${gunzipSync(whole)}\n--\n-- PostgreSQL database cluster dump complete`,
      );
    await world.expectProven(['--dump', world.backup('all_20261121.sql', cluster)]);
  });
});
