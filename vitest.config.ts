import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

// The inner loop, `npm run test:quick`: rules, readers, steps and the machine, and one file on a real server.
const quick = [
  'test/*.test.ts',
  'test/cdk/**/*.test.ts',
  'test/domain/**/*.test.ts',
  'test/machine/**/*.test.ts',
  'test/steps/**/*.test.ts',
  'test/cli/{commands,progress,render}/**/*.test.ts',
  'test/recovery/logical/policy/{classification,policy,rules}.test.ts',
  'test/runtimes/local/**/*.test.ts',
  'test/recovery/logical/reading/**/!(*.shared|*.postgres|*.property|*-oracle).test.ts',
  'test/adapters/postgres/check-runner.test.ts',
];

// `npm run test:oracle`: many dumps through PostgreSQL's own programs and ours, random ones and those of real systems among
// them. They prove the restorer over a wide field, change only when it does, and take minutes.
const oracle = [
  'test/oracle/**/*.test.ts',
  'test/corpus/**/*.test.ts',
  'test/e2e/shared-dumps.shared.test.ts',
  // Front-door drills of every kind of one thing: hostile dumps, bad input, interruptions, packages, leaks, witnesses.
  'test/e2e/{acting-dumps,bad-input,endless-code,heavy-dumps,hostile-dumps.shared}.test.ts',
  'test/e2e/{interruption,packed-and-encrypted,privacy,witness}.test.ts',
  'test/recovery/logical/loading/expected-dumps.shared.test.ts',
  'test/recovery/logical/reading/archive/pg-dump-oracle.test.ts',
  'test/recovery/logical/reading/plain/pg-dump.postgres.test.ts',
];

const frontDoor = ['test/e2e/**/*.test.ts'];

/** AWS's own linter, which `npm run test:template` fetches. */
const template = ['test/infra/cfn-lint.test.ts'];

/** An independent verifier of seals, which `npm run test:seals` fetches. */
const seals = ['test/seals/**/*.test.ts'];

// They set the environment that modules read when they are loaded: each has a process of its own.
const apart = [
  'test/lambdas/**/*.test.ts',
  'test/containers/**/*.test.ts',
  'test/package/**/*.test.ts',
  'test/cli/remote/**/*.test.ts',
  'test/adapters/dump-stores/open-for-aws.test.ts',
];

if (!existsSync(new URL('../shared/dumps', import.meta.url)))
  process.stderr.write(
    'There is no ../shared/dumps: what *.shared.test.ts compares with it is NOT tested in this run.\n',
  );

const everyProject = {
  sequence: { shuffle: true },
  // A busy machine may take ten times what a quiet one takes.
  testTimeout: 120_000,
  hookTimeout: 180_000,
  // One process for many files, where they are not apart: most of their time was the loading of the same modules.
  isolate: false,
};

/** Beside real servers and processes; docs/decisions/013 says why, and the reporter what needed it. */
const withServers = { ...everyProject, retry: 1 };

export default defineConfig({
  test: {
    reporters: ['default', './test/support/second-attempts.ts'],
    // Once for all projects, which inherit what it provides and not the setting.
    globalSetup: ['test/support/servers-of-the-run.ts'],
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { ...everyProject, name: 'quick', include: quick, exclude: apart } },
      {
        test: {
          ...withServers,
          name: 'rooms',
          include: ['test/**/*.test.ts'],
          exclude: [...quick, ...apart, ...frontDoor, ...oracle, ...template, ...seals],
        },
      },
      { test: { ...withServers, name: 'apart', include: apart, isolate: true } },
      { test: { ...withServers, name: 'front door', include: frontDoor, exclude: oracle } },
      { test: { ...withServers, name: 'oracle', include: oracle } },
      { test: { ...everyProject, name: 'template', include: template } },
      // `npm run test:browser`: the pages in a real one.
      { test: { ...everyProject, name: 'browser', include: ['test/browser/**/*.browser.ts'] } },
      { test: { ...everyProject, name: 'seals', include: seals } },
      { test: { ...everyProject, name: 'honesty', include: ['bench/honesty.ts'] } },
    ],
  },
});
