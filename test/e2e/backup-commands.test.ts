/** Base backups and WAL that programs of the user bring, through the front door. */
import {
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
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ArchivedCluster, makeArchivedCluster, segmentsIn } from '../support/archived-cluster.ts';
import { asRootOfContainer } from '../support/container-capabilities.ts';
import { written } from './support/fixtures.ts';
import { processesNaming } from './support/processes.ts';
import { type ExpectedOutcome, isRoot, World } from './support/world.ts';

let archived: ArchivedCluster;
let world: World;

beforeAll(async () => {
  archived = await makeArchivedCluster('p');
});
afterAll(() => {
  rmSync(archived.folder, { recursive: true, force: true });
});
beforeEach(async () => {
  world = await World.open();
  cpSync(archived.base, repository('base'), { recursive: true });
  cpSync(archived.wal, repository('wal'), { recursive: true });
  // The commands run as another user: a repository that its owner alone may read is another matter.
  openToAll(repository());
});
afterEach(() => world.remove());

const repository = (...names: string[]): string => world.path('backups', ...names);

function openToAll(path: string): void {
  chmodSync(path, 0o755);
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) openToAll(join(path, entry.name));
    else if (entry.isFile()) chmodSync(join(path, entry.name), 0o644);
}

/** A script of the user's, and the words that run it. */
function script(name: string, ...lines: string[]): string {
  const path = written(world.base, `${name}.sh`, ['#!/bin/sh', 'set -e', ...lines, ''].join('\n'));
  chmodSync(path, 0o755);
  return path;
}

const good = {
  fetch: (): string[] => ['cp -R "$REPOSITORY/base/." "$1"'],
  restore: (): string[] => ['test -e "$REPOSITORY/wal/$1" || exit 1', 'cp "$REPOSITORY/wal/$1" "$2"'],
};

interface Asked {
  fetch?: string[];
  restore?: string[];
  /** More lines of `commands`. */
  more?: string[];
  majorVersion?: number;
}

/** A drills.yaml with commands, each a script of these lines. */
function configured({ fetch, restore, more = [], majorVersion = 15 }: Asked = {}): string[] {
  const file = world.configuration(
    '    source:',
    '      folder: ./backups',
    '      physical:',
    '        commands:',
    `          fetch: [${script('fetch', ...(fetch ?? good.fetch()))}, "{directory}", "{tablespaces}"${more.some((line) => line.includes('list:')) ? ', "{backup}"' : ''}]`,
    `          restore: [${script('restore', ...(restore ?? good.restore()))}, "{file}", "{path}"]`,
    `          environment: { REPOSITORY: ${repository()} }`,
    ...more.map((line) => `          ${line}`),
    `    sandbox: { majorVersion: ${majorVersion} }`,
  );
  return ['shop', '--config', file];
}

const expectFinding = async (asked: Asked, expected: ExpectedOutcome, message: RegExp): Promise<void> => {
  const { record } = await world.expectDrill(configured(asked), expected);
  const found = record.findings.filter(({ code }) => code === expected.code);
  expect(found.map((each) => each.message).join('\n')).toMatch(message);
};

const unverified = (code: ExpectedOutcome['code']): ExpectedOutcome => ({
  verdict: 'COULD_NOT_VERIFY',
  code,
});
const notProven = (code: ExpectedOutcome['code']): ExpectedOutcome => ({ verdict: 'NOT_PROVEN', code });

describe('a base backup that commands bring', () => {
  test('is proven to the end of the archive, each file of WAL fetched once', async () => {
    // A second question for the same file would fail.
    const restore = ['mkdir "$TMPDIR/asked-$1" || exit 200', ...good.restore()];
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

  test('is proven at a moment, and not behind the end of the archive', async () => {
    const { record } = await world.expectProven([...configured(), '--at', archived.moment]);
    expect(Date.parse(record.recovered?.lastCommitAt ?? '')).toBeLessThan(Date.parse(archived.moment));

    await world.expectDrill(
      [...configured(), '--at', new Date().toISOString()],
      notProven('TARGET_NOT_REACHED'),
    );
  });

  describe('that a list names', () => {
    const listed = (): string[] =>
      configured({
        fetch: ['cp -R "$REPOSITORY/bases/$3/." "$1"'],
        more: [`list: ${script('list', 'cat "$REPOSITORY/listing"')}`],
      });

    beforeEach(() => {
      for (const day of ['20250101', '20250102'])
        cpSync(repository('base'), repository('bases', day), { recursive: true });
      openToAll(repository('bases'));
      writeFileSync(
        repository('listing'),
        'backup_name modified\n20250102 2025-01-02T00:00:00Z x\n20250101 2025-01-01T00:00:00Z\n',
      );
    });

    test('is the newest by its moment', async () => {
      const { record } = await world.expectProven(listed());
      expect(record.provenDump).toBe('20250102');
      expect(record.dump?.nameTimestamp).toBe('2025-01-02T00:00:00.000Z');
    });

    test('is an older one when the newest is broken', async () => {
      rmSync(repository('bases', '20250102', 'global'), { recursive: true });
      const { record } = await world.expectDrill(listed(), notProven('BASE_BACKUP_INCOMPLETE'));
      expect(record.provenDump).toBe('20250101');
      expect(record.findings.map(({ code }) => code)).toContain('OLDER_DUMP_PROVEN');
    });

    test('is the newest before a moment that is asked for', async () => {
      const { record } = await world.drill([...listed(), '--at', '2025-01-01T12:00:00Z']);
      expect(record.dump?.key).toBe('20250101');
      expect(record.findings.map(({ code }) => code)).toContain('TARGET_BEFORE_BACKUP');
    });
  });

  test('may be one that its user alone could not have read: secrets come by name, and are told nowhere', async () => {
    const fetch = [
      'test "$KEY" = correct-horse',
      ...good.fetch(),
      'test -z "$RESTORE_DRILL_STATE_DIR$OTHER"',
    ];
    const restore = [...good.restore()];
    const asked = { fetch, restore };
    const words = configured(asked);
    const file = words[2] ?? '';
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('environment: {', 'environment: { KEY: { env: MY_KEY },'),
    );
    await world.expectProven(words, { env: { MY_KEY: 'correct-horse', OTHER: 'x' } });

    script('fetch', 'echo "no such key: $KEY" >&2; exit 3');
    const { record, stdout, stderr } = await world.expectDrill(words, unverified('BACKUP_COMMAND_FAILED'), {
      env: { MY_KEY: 'correct-horse' },
    });
    expect(record.findings.map(({ message }) => message).join()).toContain(
      'fetch ended with 3: no such key: ***',
    );
    expect(stdout + stderr).not.toContain('correct-horse');
  });

  test('has tablespaces, which lie where the tool was told', async () => {
    const fetch = [
      ...good.fetch(),
      'mkdir -p "$2/99999/PG_15_202209061"',
      'echo x > "$2/99999/PG_15_202209061/y"',
      'ln -s "$2/99999" "$1/pg_tblspc/99999"',
    ];
    // The manifest does not know it: what was linked was read as a part of the backup.
    await expectFinding({ fetch }, notProven('BASE_BACKUP_CORRUPT'), /pg_tblspc\/99999\/PG_15_202209061\/y/);
  });

  test('may come as the tars of pg_basebackup', async () => {
    const fetch = ['tar -C "$REPOSITORY/base" -czf "$1/base.tar.gz" .'];
    await world.expectProven(configured({ fetch }));
  });
});

test('on a machine without namespaces the commands see its files, and the record says so', async () => {
  world.remove();
  world = await World.open({ forNormalUser: true });
  cpSync(archived.base, repository('base'), { recursive: true });
  cpSync(archived.wal, repository('wal'), { recursive: true });
  openToAll(repository());
  const words = configured();
  chmodSync(words[2] ?? '', 0o644);
  const { record } = await world.expectProven(words, { asNormalUser: true, withoutNamespaces: true });
  expect(record.notTested.join('\n')).toContain('A root directory of their own for the commands');
});

test.runIf(isRoot)(
  'root without the right to make namespaces runs them as a user that owns nothing',
  async () => {
    const fetch = ['test "$(id -u)" -gt 1000000', '! cat /proc/1/environ 2>/dev/null', ...good.fetch()];
    const { record } = await world.expectProven(configured({ fetch }), {
      wrapper: asRootOfContainer,
    });
    expect(record.notTested.join('\n')).toContain('A root directory of their own for the commands');
  },
);

test('the doctor looks for the programs, and asks for the backups', async () => {
  const more = [`list: ${script('list', 'ls "$REPOSITORY"')}`];
  const [, , file = ''] = configured({ more });
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
  test('cannot be run is named', async () => {
    const words = configured();
    const file = words[2] ?? '';
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/fetch: \[[^,]*,/, 'fetch: [no-such-tool,'));
    const { record } = await world.expectDrill(words, unverified('BACKUP_COMMAND_MISSING'));
    expect(record.findings.map(({ message }) => message).join()).toContain(
      'there is no no-such-tool in /usr/local/sbin:',
    );
    chmodSync(world.path('fetch.sh'), 0o644);
    writeFileSync(file, text);
    await world.expectDrill(words, unverified('BACKUP_COMMAND_MISSING'));
  });

  test('hangs is ended in its time, with all that it has started', async () => {
    const fetch = ['(trap "" TERM; exec sleep 987654) &', 'setsid sleep 987654 &', 'sleep 987654'];
    await expectFinding(
      { fetch, more: ['timeout: 2s'] },
      unverified('BACKUP_COMMAND_TIMED_OUT'),
      /fetch did not end within 2 s/,
    );
    expect(processesNaming('sleep 987654')).toEqual([]);
  });

  test('is waited for ends with the drill', async () => {
    const running = world.start(['run', '--json', ...configured({ fetch: ['sleep 876543 & sleep 876543'] })]);
    while (processesNaming('sleep 876543').length === 0) await sleep(50);
    running.kill('SIGINT');
    await running.ended;
    expect(processesNaming('sleep 876543')).toEqual([]);
    await world.expectNothingLeft();
  });

  test('is waited for ends when the drill is killed', async () => {
    const running = world.start(['run', '--json', ...configured({ fetch: ['sleep 765432 & sleep 765432'] })]);
    while (processesNaming('sleep 765432').length === 0) await sleep(50);
    running.kill('SIGKILL');
    await world.expectNothingLeft();
    expect(processesNaming('sleep 765432')).toEqual([]);
  });

  test.each<[string, string[], ExpectedOutcome, RegExp]>([
    [
      'ends with an error',
      ['echo "repository is locked" >&2', 'exit 7'],
      unverified('BACKUP_COMMAND_FAILED'),
      /fetch ended with 7: repository is locked/,
    ],
    [
      'says nothing that could be read',
      ['head -c 300 /dev/urandom >&2', 'exit 2'],
      unverified('BACKUP_COMMAND_FAILED'),
      /^fetch ended with 2: [\P{Cc}]*$/u,
    ],
    [
      'ends with 0 and brings nothing',
      ['exit 0'],
      notProven('BACKUP_COMMAND_EMPTY'),
      /left the folder \{directory\} empty/,
    ],
    [
      'ends with 0 and brings half',
      [...good.fetch(), 'rm -r "$1/base/1"'],
      notProven('BASE_BACKUP_INCOMPLETE'),
      /missing/,
    ],
    [
      'ends with 0 and brings damage',
      [...good.fetch(), 'echo x >> "$1/base/1/1259"'],
      notProven('BASE_BACKUP_CORRUPT'),
      /base\/1\/1259/,
    ],
    [
      'brings something else',
      ['head -c 100000 /dev/urandom > "$1/backup"'],
      notProven('BASE_BACKUP_INCOMPLETE'),
      /no base backup can be recognised/,
    ],
    [
      'writes a link that leads out',
      [...good.fetch(), 'ln -s /etc "$1/pg_tblspc/1663"'],
      notProven('BACKUP_COMMAND_REFUSED'),
      /pg_tblspc\/1663 is a symbolic link that leads out/,
    ],
    [
      'writes another link',
      [...good.fetch(), 'rm "$1/PG_VERSION"; ln -s /etc/passwd "$1/PG_VERSION"'],
      notProven('BACKUP_COMMAND_REFUSED'),
      /PG_VERSION is a symbolic link/,
    ],
    [
      'writes a pipe',
      [...good.fetch(), 'mkfifo "$1/pipe"'],
      notProven('BACKUP_COMMAND_REFUSED'),
      /pipe is no file/,
    ],
    ['prints without end', ['yes'], unverified('BACKUP_COMMAND_OUTPUT'), /fetch printed more than 16.8 MB/],
    ['takes its own folder away', ['rm -rf "$1"'], notProven('BACKUP_COMMAND_EMPTY'), /took away/],
    [
      'brings another major',
      good.fetch(),
      unverified('SERVER_VERSION_UNSUPPORTED'),
      /is of PostgreSQL 15, and sandbox.majorVersion says 16/,
    ],
  ])('%s', async (what, fetch, expected, message) => {
    const majorVersion = what === 'brings another major' ? 16 : 15;
    await expectFinding({ fetch, majorVersion }, expected, message);
  });

  test.runIf(isRoot)('writes outside its folder writes nothing', async () => {
    const outside = world.path('tmp', 'outside');
    mkdirSync(outside);
    chmodSync(outside, 0o777);
    const places = [outside, repository(), '/var/tmp', '/usr/local/bin', '/etc'];
    const fetch = places.map((place) => `! (echo x > ${place}/rd-written) 2>/dev/null || exit 9`);
    await world.expectProven(configured({ fetch: [...fetch, ...good.fetch()] }));
    expect(places.filter((place) => existsSync(join(place, 'rd-written')))).toEqual([]);
  });

  test.runIf(isRoot)('looks around finds no network, no process and no file of ours', async () => {
    const fetch = [
      'test "$(id -u)" != 0',
      `! cat ${world.stateDirectory}/ledger.jsonl 2>/dev/null`,
      '! cat /etc/shadow 2>/dev/null',
      '! kill -0 $PPID 2>/dev/null || test $PPID = 0 -o $PPID = 1',
      ...good.fetch(),
    ];
    await world.expectProven(configured({ fetch }));
  });
});

describe('a restore that', () => {
  /** The last but one: in the base's own WAL it is not. */
  const second = (): string => segmentsIn(archived.wal).at(-2) ?? '';
  const on = (name: string, ...lines: string[]): string[] => [
    `if [ "$1" = ${name} ]; then ${lines.join('; ')}; fi`,
    ...good.restore(),
  ];

  test.each<[string, () => string[], ExpectedOutcome, RegExp]>([
    [
      'lacks a segment, and has those behind it',
      () => on(second(), 'exit 1'),
      notProven('WAL_MISSING'),
      /is missing, and \d+ behind it are there/,
    ],
    [
      'lacks every segment',
      () => ['echo "cannot reach the repository" >&2', 'exit 1'],
      notProven('WAL_MISSING'),
      /cannot reach the repository/,
    ],
    [
      'ends with 0 and writes no file',
      () => on(second(), 'exit 0'),
      notProven('BACKUP_COMMAND_EMPTY'),
      /ended with 0, and there is no file/,
    ],
    [
      'ends with 0 and writes a link',
      () => on(second(), 'ln -s /etc/passwd "$2"', 'exit 0'),
      notProven('BACKUP_COMMAND_REFUSED'),
      /no file of its own/,
    ],
    [
      'ends with 0 and writes half',
      () => on(second(), 'head -c 100000 "$REPOSITORY/wal/$1" > "$2"', 'exit 0'),
      notProven('WAL_DAMAGED'),
      /wrong size: 100000 bytes/,
    ],
    [
      'ends with 0 and leaves it compressed',
      () => on(second(), 'gzip -c "$REPOSITORY/wal/$1" > "$2"', 'exit 0'),
      notProven('WAL_DAMAGED'),
      /wrong size/,
    ],
    [
      'ends with 0 and writes zeros',
      () => on(second(), 'head -c 16777216 /dev/zero > "$2"', 'exit 0'),
      notProven('WAL_DAMAGED'),
      /is damaged/,
    ],
    [
      'brings the same for every name',
      () => [`cp "$REPOSITORY/wal/${second()}" "$2"`],
      notProven('WAL_DAMAGED'),
      /is damaged|wrong size/,
    ],
    [
      'brings a history of any timeline',
      () => ['case "$1" in *.history) echo "1 0/1000000 none" > "$2"; exit 0;; esac', ...good.restore()],
      unverified('BACKUP_COMMAND_FAILED'),
      /histories of 100 timelines after 1/,
    ],
    [
      'is ended by a signal',
      () => on(second(), 'kill -9 $$'),
      unverified('BACKUP_COMMAND_FAILED'),
      /ended with 137/,
    ],
    [
      'calls what is not there',
      () => on(second(), 'exec no-such-program'),
      unverified('BACKUP_COMMAND_MISSING'),
      /ended with 127: .*no-such-program/,
    ],
    [
      'prints without end',
      () => on(second(), 'yes >&2'),
      unverified('BACKUP_COMMAND_OUTPUT'),
      /printed more than/,
    ],
  ])('%s', async (_, restore, expected, message) => {
    await expectFinding({ restore: restore() }, expected, message);
  });

  test('hangs is ended in its time', async () => {
    await expectFinding(
      { restore: on(second(), 'sleep 654321'), more: ['fileTimeout: 2s'] },
      unverified('BACKUP_COMMAND_TIMED_OUT'),
      /did not end within 2 s/,
    );
    expect(processesNaming('sleep 654321')).toEqual([]);
  });
});

describe('a list that', () => {
  test.each<[string, string[], ExpectedOutcome, RegExp]>([
    [
      'is no text',
      ['head -c 500 /dev/urandom'],
      unverified('BACKUP_COMMAND_OUTPUT'),
      /no list of backups: it is no text/,
    ],
    [
      'holds a name that a shell would read',
      ["echo 'a;reboot'"],
      unverified('BACKUP_COMMAND_OUTPUT'),
      /none that can be handed on/,
    ],
    ['holds an option', ['echo --delete'], unverified('BACKUP_COMMAND_OUTPUT'), /none that can be handed on/],
    [
      'fails',
      ['echo "access denied" >&2; exit 1'],
      unverified('BACKUP_COMMAND_FAILED'),
      /list ended with 1: access denied/,
    ],
    ['is empty', [':'], unverified('NO_DUMP_FOUND'), /no eligible base backup/],
  ])('%s', async (_, lines, expected, message) => {
    await expectFinding({ more: [`list: ${script('list', ...lines)}`] }, expected, message);
  });
});
