import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const opinions = ['cfn-lint', 'seals', 'ci-files', 'browser', 'emulator'];

let clone: string;
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'restore-drill-ci-'));
  for (const folder of ['.ci', 'scripts', 'bin']) mkdirSync(join(clone, folder));
  cpSync('.ci/run', join(clone, '.ci/run'));
  // Each can be had, unless it is named.
  for (const opinion of opinions)
    writeFileSync(
      join(clone, 'scripts', `${opinion}.mjs`),
      `if (process.env.LACKING === '${opinion}') { console.log('no way to ${opinion}'); process.exit(3); }`,
    );
  program('mmdebstrap', '');
  program('awk', 'echo "$FREE_MEGABYTES"');
  program('mount', 'exit "$MOUNTING"');
  program('umount', '');
  program(
    'npm',
    'name=$(echo "$*" | sed "s/^run //"); echo "$name begins in $TMPDIR"; [ "$name" != "$SLOW" ] || sleep 1; [ "$name" != "$FAILING" ] || exit 7; echo "$name has passed"',
  );
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

function program(name: string, script: string): void {
  const path = join(clone, 'bin', name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

interface Given {
  FAILING?: string;
  LACKING?: string;
  SLOW?: string;
  FREE_MEGABYTES?: string;
  MOUNTING?: string;
}

/** Carries out .ci/run with an npm that tells what it was asked for, and in which temporary folder. */
function run(given: Given = {}) {
  const machine = {
    TMPDIR: clone,
    PATH: `${join(clone, 'bin')}:${process.env.PATH}`,
    FREE_MEGABYTES: '11999',
    MOUNTING: '0',
  };
  const env = { ...process.env, ...machine, ...given };
  const { status, stdout } = spawnSync('bash', ['.ci/run'], { cwd: clone, env, encoding: 'utf8' });
  return { status, passed: [...stdout.matchAll(/^(.+) has passed$/gm)].map(([, name]) => name), stdout };
}

const beside = ['test:emulator', 'test:nodes'];
const others = [
  ...['ci', 'build:parts', 'test', 'test:oracle', 'test:template', 'test:seals'],
  ...['test:ci-files', 'test:browser'],
];

// It is for Linux: dpkg, and waiting for a process by its id.
describe.skipIf(process.platform !== 'linux')('what CI runs', () => {
  test('is everything, and what runs beside is waited for and told whole', () => {
    const { status, passed } = run({ SLOW: 'test:nodes' });
    expect(status).toBe(0);
    expect(passed).toEqual([...others, ...beside]);
  });

  test.each(beside)('fails when %s does, after all the others', (failing) => {
    const { status, passed, stdout } = run({ FAILING: failing });
    expect(status).toBe(7);
    expect(passed).toEqual([...others, ...beside.filter((name) => name !== failing)]);
    expect(stdout).toContain(`${failing} begins`);
  });

  test.each(['build:parts', 'test', 'test:oracle', 'test:browser'])(
    'fails when %s does, and goes no further',
    (failing) => {
      const { status, passed, stdout } = run({ FAILING: failing });
      expect(status).toBe(7);
      if (failing !== 'build:parts')
        expect(stdout.trim().split('\n').at(-1)).toContain('What failed stands before');
      expect(passed.filter((name = '') => !beside.includes(name))).toEqual(
        others.slice(0, others.indexOf(failing)),
      );
    },
  );

  const foldersOf = (stdout: string): Record<string, string> =>
    Object.fromEntries(
      [...stdout.matchAll(/^(test\S*) begins in (.+)$/gm)].map(([, name = '', folder = '']) => [
        name,
        folder,
      ]),
    );

  test('keeps the temporary files of tests in memory, but for those of the emulated account, and removes them', () => {
    const { 'test:emulator': ofAccount, ...ofOthers } = foldersOf(run({ FREE_MEGABYTES: '12000' }).stdout);
    expect(ofAccount).toBe(clone);
    const [folder = '', ...more] = new Set(Object.values(ofOthers));
    expect(more).toEqual([]);
    expect(folder).toMatch(/\/ci-\w{3}$/);
    expect(existsSync(folder)).toBe(false);
  });

  test.each([
    ['there is little memory', { FREE_MEGABYTES: '11999' }],
    ['nothing may be mounted', { FREE_MEGABYTES: '12000', MOUNTING: '32' }],
  ])('keeps them on the disk where %s, and says so', (_why, given) => {
    const { stdout } = run(given);
    expect(new Set(Object.values(foldersOf(stdout)))).toEqual(new Set([clone]));
    expect(stdout).toContain('There is no memory to be had for the temporary files of tests');
    expect(readdirSync(clone).filter((name) => name.startsWith('ci-'))).toEqual([]);
  });

  test.each(opinions)('says that it went without %s where it cannot be had, and why', (opinion) => {
    const { status, stdout } = run({ LACKING: opinion });
    expect(status).toBe(0);
    expect(stdout).toContain(`no way to ${opinion}`);
    expect(stdout).toMatch(/ NOT .* in this run$/m);
  });
});
