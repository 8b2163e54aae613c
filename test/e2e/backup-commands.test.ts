/**
 * Base backups and WAL that programs of the user bring, through the front door: once for each kind of thing. What else such
 * programs may do is tried where it is told, in test/recovery/physical/commanded.
 */
import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type ArchivedCluster,
  makeArchivedCluster,
  openToAll,
  segmentsIn,
} from '../support/archived-cluster.ts';
import { asRootOfContainer } from '../support/container-capabilities.ts';
import { written } from './support/fixtures.ts';
import { processesNaming } from './support/processes.ts';
import { type Drilled, isRoot, World } from './support/world.ts';

/** Its folder is the repository of every test, and no command can write there. */
let archived: ArchivedCluster;
let world: World;

beforeAll(async () => {
  archived = await makeArchivedCluster('p');
  // The commands run as another user: a repository that its owner alone may read is another matter.
  openToAll(archived.folder);
});
afterAll(() => {
  rmSync(archived.folder, { recursive: true, force: true });
});
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

/** A script of the user's, and the words that run it. */
function script(name: string, ...lines: string[]): string {
  const path = written(world.base, `${name}.sh`, ['#!/bin/sh', 'set -e', ...lines, ''].join('\n'));
  chmodSync(path, 0o755);
  return path;
}

const good = {
  fetch: ['cp -R "$REPOSITORY/base/." "$1"'],
  restore: ['test -e "$REPOSITORY/wal/$1" || exit 1', 'cp "$REPOSITORY/wal/$1" "$2"'],
};

interface Asked {
  fetch?: string[];
  restore?: string[];
  list?: string[];
  /** More of the environment, in the words of drills.yaml. */
  environment?: string;
}

/** A drills.yaml with commands, each a script of these lines. */
function configured({
  fetch = good.fetch,
  restore = good.restore,
  list,
  environment = '',
}: Asked = {}): string[] {
  const backup = list === undefined ? '' : ', "{backup}"';
  const file = world.configuration(
    '    source:',
    `      folder: ${archived.folder}`,
    '      physical:',
    '        commands:',
    `          fetch: [${script('fetch', ...fetch)}, "{directory}", "{tablespaces}"${backup}]`,
    `          restore: [${script('restore', ...restore)}, "{file}", "{path}"]`,
    `          environment: { REPOSITORY: ${archived.folder}, ${environment} }`,
    ...(list === undefined ? [] : [`          list: ${script('list', ...list)}`]),
    '    sandbox: { majorVersion: 15 }',
  );
  return ['shop', '--config', file];
}

const messageOf = ({ record }: Drilled, wanted: string): string | undefined =>
  record.findings.find(({ code }) => code === wanted)?.message;

describe('a base backup that commands bring', () => {
  test('is proven to the end of the archive, each file of WAL fetched once', async () => {
    // A second question for the same file would fail.
    const restore = ['mkdir "$TMPDIR/asked-$1" || exit 200', ...good.restore];
    const { record } = await world.expectProven(configured({ restore }));

    expect(record.recovered).toMatchObject({
      systemIdentifier: archived.systemIdentifier,
      archivedAt: null,
    });
    expect(record.recovered?.walSegments).toBeGreaterThan(2);
    // Nothing that is said of it calls it a dump.
    const said = [...record.notTested, ...record.findings.map(({ message }) => message)];
    expect(said.filter((sentence) => /\bdumps?\b/i.test(sentence))).toEqual([]);
    expect(record.notTested.join('\n')).toContain('more than eight segments');
  });

  test('is proven at a moment by commands that get a secret by name, and nothing of ours', async () => {
    const fetch = ['test "$KEY" = correct-horse', ...good.fetch, 'test -z "$RESTORE_DRILL_STATE_DIR$OTHER"'];
    const words = [...configured({ fetch, environment: 'KEY: { env: MY_KEY }' }), '--at', archived.moment];
    const { record, stdout, stderr } = await world.expectProven(words, {
      env: { MY_KEY: 'correct-horse', OTHER: 'x' },
    });

    expect(Date.parse(record.recovered?.lastCommitAt ?? '')).toBeLessThan(Date.parse(archived.moment));
    expect(stdout + stderr).not.toContain('correct-horse');
  });

  test('is not told with a secret that its command told when it failed', async () => {
    const words = configured({
      fetch: ['echo "no such key: $KEY" >&2; exit 3'],
      environment: 'KEY: { env: MY_KEY }',
    });
    const drilled = await world.expectDrill(
      words,
      { verdict: 'COULD_NOT_VERIFY', code: 'BACKUP_COMMAND_FAILED' },
      { env: { MY_KEY: 'correct-horse' } },
    );

    expect(messageOf(drilled, 'BACKUP_COMMAND_FAILED')).toContain('fetch ended with 3: no such key: ***');
    expect(drilled.stdout + drilled.stderr).not.toContain('correct-horse');
  });

  describe('that a list names', () => {
    const list = [
      'echo "backup_name modified"',
      'echo "20250102 2025-01-02T00:00:00Z x"',
      'echo "20250101 2025-01-01T00:00:00Z"',
    ];

    test('is the newest by its moment, and an older one when that is broken', async () => {
      const fetch = ['cp -R "$REPOSITORY/base/." "$1"', 'test "$3" = 20250101 || rm -r "$1/global"'];
      const { record } = await world.expectDrill(configured({ fetch, list }), {
        verdict: 'NOT_PROVEN',
        code: 'BASE_BACKUP_INCOMPLETE',
      });

      expect(record.dump).toMatchObject({ key: '20250102', nameTimestamp: '2025-01-02T00:00:00.000Z' });
      expect(record.attempts.map(({ key, verdict }) => `${key} ${verdict}`)).toEqual([
        '20250102 NOT_PROVEN',
        '20250101 PROVEN',
      ]);
      expect(record.provenDump).toBe('20250101');
      expect(record.findings.map(({ code }) => code)).toContain('OLDER_DUMP_PROVEN');
    });

    test('is the newest before a moment that is asked for', async () => {
      const fetch = ['echo "the backup $3 is asked for" >&2', 'exit 3'];
      const drilled = await world.drill([...configured({ fetch, list }), '--at', '2025-01-01T12:00:00Z']);

      expect(drilled.record.dump?.key).toBe('20250101');
      expect(messageOf(drilled, 'BACKUP_COMMAND_FAILED')).toContain('the backup 20250101 is asked for');
    });

    test.each([
      [
        'could not be listed',
        'echo "access denied" >&2; exit 1',
        'BACKUP_COMMAND_FAILED',
        /list ended with 1: access denied/,
      ],
      ['is none', ':', 'NO_DUMP_FOUND', /no eligible base backup/],
    ] as const)('%s, and nothing is fetched', async (_, line, code, message) => {
      const drilled = await world.expectDrill(configured({ list: [line] }), {
        verdict: 'COULD_NOT_VERIFY',
        code,
      });
      expect(messageOf(drilled, code)).toMatch(message);
    });
  });

  test('is refused where it holds a link that leads out', async () => {
    const fetch = [...good.fetch, 'ln -s /etc "$1/pg_tblspc/1663"'];
    const drilled = await world.expectDrill(configured({ fetch }), {
      verdict: 'NOT_PROVEN',
      code: 'BACKUP_COMMAND_REFUSED',
    });
    expect(messageOf(drilled, 'BACKUP_COMMAND_REFUSED')).toMatch(
      /pg_tblspc\/1663 is a symbolic link that leads out/,
    );
  });

  test('is not proven where a segment of its WAL is missing', async () => {
    // The last but one: in the base's own WAL it is not.
    const missing = segmentsIn(archived.wal).at(-2) ?? '';
    const restore = [`test "$1" != ${missing} || exit 1`, ...good.restore];
    const drilled = await world.expectDrill(configured({ restore }), {
      verdict: 'NOT_PROVEN',
      code: 'WAL_MISSING',
    });
    expect(messageOf(drilled, 'WAL_MISSING')).toMatch(/is missing, and \d+ behind it are there/);
  });
});

test('on a machine without namespaces the commands see its files, and the record says so', async () => {
  world.remove();
  world = await World.open({ forNormalUser: true });
  const words = configured();
  chmodSync(words[2] ?? '', 0o644);
  const { record } = await world.expectProven(words, { asNormalUser: true, withoutNamespaces: true });
  expect(record.notTested.join('\n')).toContain('A root directory of their own for the commands');
});

test.runIf(isRoot)(
  'root without the right to make namespaces runs them as a user that owns nothing',
  async () => {
    const fetch = ['test "$(id -u)" -gt 1000000', '! cat /proc/1/environ 2>/dev/null', ...good.fetch];
    const { record } = await world.expectProven(configured({ fetch }), {
      wrapper: asRootOfContainer,
    });
    expect(record.notTested.join('\n')).toContain('A root directory of their own for the commands');
  },
);

test('the doctor looks for the programs, and asks for the backups', async () => {
  const [, , file = ''] = configured({ list: ['ls "$REPOSITORY"'] });
  const well = await world.run(['doctor', '--config', file]);
  expect(well.code, well.stdout).toBe(0);
  expect(well.stdout).toContain(`commands of shop: ${world.path('fetch.sh')} is ${world.path('fetch.sh')}`);
  expect(well.stdout).toContain('commands of shop: list names 2 backups, e.g. wal');

  chmodSync(world.path('restore.sh'), 0o644);
  const ill = await world.run(['doctor', '--config', file]);
  expect(ill.code).toBe(2);
  expect(ill.stdout).toContain(`problem  commands of shop: ${world.path('restore.sh')} is not executable`);
});

describe('a fetch that', () => {
  test.each([
    ['ends with the drill', 'SIGINT', '876543'],
    ['ends when the drill is killed', 'SIGKILL', '765432'],
  ] as const)('is waited for %s', async (_, signal, seconds) => {
    const waiting = `sleep ${seconds}`;
    const running = world.start(['run', '--json', ...configured({ fetch: [`${waiting} & ${waiting}`] })]);
    while (processesNaming(waiting).length === 0) await sleep(50);
    running.kill(signal);
    // Whoever was killed has left it to the watchdog.
    if (signal === 'SIGINT') {
      await running.ended;
      expect(processesNaming(waiting)).toEqual([]);
    }
    await world.expectNothingLeft();
    expect(processesNaming(waiting)).toEqual([]);
  });

  test.runIf(isRoot)('looks around and writes finds and leaves nothing outside its folder', async () => {
    const outside = world.path('tmp', 'outside');
    mkdirSync(outside);
    chmodSync(outside, 0o777);
    const places = [outside, archived.folder, '/var/tmp', '/usr/local/bin', '/etc'];
    const fetch = [
      'test "$(id -u)" != 0',
      `! cat ${world.stateDirectory}/ledger.jsonl 2>/dev/null`,
      '! cat /etc/shadow 2>/dev/null',
      '! kill -0 $PPID 2>/dev/null || test $PPID = 0 -o $PPID = 1',
      ...places.map((place) => `! (echo x > ${place}/rd-written) 2>/dev/null || exit 9`),
      ...good.fetch,
    ];
    await world.expectProven(configured({ fetch }));
    expect(places.filter((place) => existsSync(join(place, 'rd-written')))).toEqual([]);
  });
});
