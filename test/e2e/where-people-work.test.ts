import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SaxesParser } from 'saxes';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { repositoryRoot } from '../support/repository-root.ts';
import { builtCommandLine, type CommandLine, type Ended } from './support/command-line.ts';
import { cutAt, shopFile } from './support/fixtures.ts';
import { restoreDrillOnPath } from './support/restore-drill-on-path.ts';
import { World } from './support/world.ts';

let commandLine: CommandLine;
let world: World;
let path: string;

beforeAll(async () => {
  commandLine = await builtCommandLine();
});
beforeEach(async () => {
  world = await World.open();
  path = restoreDrillOnPath(world.path('bin'), commandLine);
});
afterEach(() => world.remove());

const example = (name: string): string => readFileSync(join(repositoryRoot, name), 'utf8');
const shop = readFileSync(shopFile);
const good = () => world.backup('shop_20261120T020000Z.sql.gz', shop);
const broken = () => world.backup('shop_20261121T020000Z.sql.gz', cutAt(shop, 0.5));

/** Runs a script as the program does that the example is for. */
function shell(program: string, words: string[], env: NodeJS.ProcessEnv): Promise<Omit<Ended, 'signal'>> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd: world.base, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const written = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => (written[stream] += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...written }));
  });
}

interface Step {
  id?: string;
  uses?: string;
  if?: string;
  run?: string;
  shell?: string;
  env?: Record<string, string>;
}
interface Action {
  inputs: Record<string, { default?: string }>;
  outputs: Record<string, { value: string }>;
  runs: { steps: Step[] };
}

describe('the GitHub Action', () => {
  const action = parse(example('action.yml')) as Action;
  const drill = action.runs.steps.find(({ id }) => id === 'drill')!;

  /** Its step, with inputs as GitHub hands them over. */
  async function run(inputs: Record<string, string>) {
    const installed = world.path('action');
    mkdirSync(installed, { recursive: true });
    if (!existsSync(join(installed, 'dist'))) symlinkSync(dirname(commandLine.file), join(installed, 'dist'));
    const files = { GITHUB_STEP_SUMMARY: world.path('summary.md'), GITHUB_OUTPUT: world.path('output') };
    for (const file of Object.values(files)) writeFileSync(file, '');
    const given = (expression: string): string => {
      const [, name = ''] = /^\$\{\{ inputs\.([a-z-]+) \}\}$/.exec(expression) ?? [];
      expect(Object.keys(action.inputs)).toContain(name);
      return inputs[name] ?? action.inputs[name]?.default ?? '';
    };
    const own = Object.fromEntries(
      Object.entries(drill.env ?? {}).map(([name, value]) => [name, given(value)]),
    );
    const env: NodeJS.ProcessEnv = {
      ...world.environment,
      ...own,
      ...files,
      GITHUB_ACTION_PATH: installed,
      GITHUB_ACTIONS: 'true',
    };
    // `shell: bash` of GitHub.
    const words = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', drill.run ?? ''];
    const ended = await shell('bash', words, { ...env, PATH: `${path}:${env.PATH}` });
    const outputs = [
      ...readFileSync(files.GITHUB_OUTPUT, 'utf8').matchAll(/^(\S+)<<(\S+)\n([\s\S]*?)\n\2$/gm),
    ];
    return {
      ...ended,
      summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
      outputs: Object.fromEntries(outputs.map(([, name, , value]) => [name, value])),
    };
  }

  test('proves a dump: exit code 0, a notice, the report as summary, outputs that name the record', async () => {
    const { code, stderr, summary, outputs } = await run({ dump: good() });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^::notice title=PROVEN%3A shop::The dump was restored/m);
    expect(summary).toContain('PROVEN');
    expect(outputs).toMatchObject({ verdict: 'PROVEN', record: 'restore-drill/record.json' });
    const record = JSON.parse(readFileSync(world.path('restore-drill/record.json'), 'utf8')) as object;
    expect(record).toMatchObject({ verdict: 'PROVEN', drillId: outputs['drill-id'] });
    for (const { value } of Object.values(action.outputs)) {
      const [, name = ''] = /steps\.drill\.outputs\.([a-z-]+)/.exec(value) ?? [];
      expect(Object.keys(outputs)).toContain(name);
    }
  });

  test('fails with the exit code of the verdict, an error for each finding, and its outputs all the same', async () => {
    broken();
    world.configuration();
    const { code, stderr, outputs } = await run({ config: 'drills.yaml', database: 'shop' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^::error title=DUMP_TRUNCATED \(shop\)::.* → /m);
    expect(outputs.verdict).toBe('NOT_PROVEN');
  });

  test('ends with 64 and no verdict when nothing is named', async () => {
    const { code, outputs } = await run({});
    expect({ code, outputs }).toEqual({ code: 64, outputs: {} });
  });

  test('takes an input for what it is, whatever stands in it', async () => {
    const proof = world.path('proof');
    for (const dump of [`$(touch ${proof})`, `"; touch ${proof}; "`, `\`touch ${proof}\``, '--help']) {
      const { code } = await run({ dump, database: '--version' });
      expect(code, dump).not.toBe(0);
    }
    expect(existsSync(proof)).toBe(false);
  });

  test('puts no expression into a script, and pins what it uses to a commit', () => {
    for (const { run: script, uses } of action.runs.steps) {
      if (script !== undefined) expect(script).not.toContain('${{');
      if (uses !== undefined) expect(uses).toMatch(/^[\w./-]+@[0-9a-f]{40}$/);
    }
    for (const [, name] of example('action.yml').matchAll(/\$\{\{[^}]*inputs\.([a-z-]+)/g))
      expect(Object.keys(action.inputs)).toContain(name);
  });

  test('is given only inputs that it has, by the example', () => {
    const workflow = parse(example('examples/ci/github.yml')) as {
      jobs: Record<string, { steps: { uses: string; with?: object }[] }>;
    };
    const steps = Object.values(workflow.jobs).flatMap(({ steps }) => steps);
    const own = steps.find(({ uses }) => uses.startsWith('restore-drill/'));
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(own?.with ?? { none: 0 })));
  });
});

describe('the example for GitLab', () => {
  interface Job {
    variables: Record<string, string>;
    script: string[];
    artifacts: { when: string; paths: string[]; reports: { junit: string } };
  }
  const [job] = Object.values(parse(example('examples/ci/gitlab-ci.yml')) as Record<string, Job>) as [Job];

  function run() {
    const project = { CI_PROJECT_DIR: world.base };
    const variables = Object.fromEntries(
      Object.entries(job.variables).map(([name, value]) => [
        name,
        value.replace('$CI_PROJECT_DIR', project.CI_PROJECT_DIR),
      ]),
    );
    const { RESTORE_DRILL_CACHE_DIR } = world.environment;
    const env: NodeJS.ProcessEnv = {
      ...{ ...world.environment, ...project, ...variables, RESTORE_DRILL_CACHE_DIR },
    };
    return shell('bash', ['-eo', 'pipefail', '-c', job.script.join('\n')], {
      ...env,
      PATH: `${path}:${env.PATH}`,
    });
  }

  test.each([
    ['PROVEN', () => good(), 0],
    ['NOT_PROVEN', () => broken(), 1],
  ])('runs a drill and leaves the report of its tests: %s', async (_, prepare, expected) => {
    prepare();
    world.configuration();
    expect((await run()).code).toBe(expected);
    const parser = new SaxesParser();
    const elements: string[] = [];
    parser.on('opentag', ({ name }) => void elements.push(name));
    parser.write(readFileSync(world.path(job.artifacts.reports.junit), 'utf8')).close();
    expect(elements[0]).toBe('testsuites');
    expect(elements).toContain('testcase');
    expect(job.artifacts.when).toBe('always');
    expect(existsSync(world.path(job.artifacts.paths[0] ?? 'none', 'report.md'))).toBe(true);
  });
});

describe('the example for cron', () => {
  const lines = example('examples/cron/restore-drill')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const variables = Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value ?? '']];
    }),
  );
  const jobs = lines.filter((line) => !/^[A-Z_]+=/.test(line));

  /** As cron does: its variables and nothing else; `%` would be a line end. */
  function run() {
    const [, command = ''] = /^(?:[\d*/,-]+\s+){5}\S+\s+(.*)$/.exec(jobs[0] ?? '') ?? [];
    expect(command).not.toMatch(/^$|%/);
    const { HOME, TMPDIR, RESTORE_DRILL_CACHE_DIR, RESTORE_DRILL_STATE_DIR, PATH } = world.environment;
    const here = { HOME, TMPDIR, RESTORE_DRILL_CACHE_DIR, RESTORE_DRILL_STATE_DIR };
    const RESTORE_DRILL_CONFIG = world.configuration();
    return shell(variables.SHELL ?? '', ['-c', command], {
      ...{ ...variables, ...here, RESTORE_DRILL_CONFIG },
      PATH: `${path}:${variables.PATH}:${PATH}`,
    });
  }

  test('has one job, whose variables the command line knows', () => {
    expect(jobs).toHaveLength(1);
    const usage = example('docs/cli.md');
    for (const name of Object.keys(variables).filter((one) => one.startsWith('RESTORE_DRILL_')))
      expect(usage).toContain(name);
  });

  test('says nothing of a backup that is proven, so that no mail is sent', async () => {
    good();
    expect(await run()).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await world.history()).map(({ verdict }) => verdict)).toEqual(['PROVEN']);
  });

  test('says what is wrong, and ends with the exit code of the verdict', async () => {
    broken();
    const { code, stdout } = await run();
    expect(code).toBe(1);
    expect(stdout).toContain('DUMP_TRUNCATED');
  });
});

const analyses = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!analyses)
  process.stderr.write(
    'There is no systemd-analyze: the units of examples/systemd are NOT verified in this run.\n',
  );

describe('the example for systemd', () => {
  const service = example('examples/systemd/restore-drill@.service');
  const valuesOf = (key: string): string[] =>
    [...service.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value ?? '');

  test('drills the database of the instance, as the service would be started', async () => {
    good();
    const [command = ''] = valuesOf('ExecStart');
    const [program = '', ...words] = command.replace('%i', 'shop').split(' ');
    expect(program).toBe('/usr/local/bin/restore-drill');
    const specifiers = { '%S/restore-drill': world.stateDirectory };
    const own = Object.fromEntries(
      valuesOf('Environment').map((one) => {
        const [name = '', value = ''] = one.split('=');
        return [name, Object.entries(specifiers).reduce((text, [from, to]) => text.replace(from, to), value)];
      }),
    );
    const { HOME, TMPDIR, RESTORE_DRILL_CACHE_DIR, PATH } = world.environment;
    const env = {
      ...own,
      HOME,
      TMPDIR,
      RESTORE_DRILL_CACHE_DIR,
      RESTORE_DRILL_CONFIG: world.configuration(),
    };
    const confined = ['--no-new-privs', join(path, 'restore-drill'), ...words];
    const { code } = await shell('setpriv', confined, { ...env, PATH: `${path}:${PATH}` });
    expect(code).toBe(0);
    expect((await world.history()).map(({ verdict }) => verdict)).toEqual(['PROVEN']);
  });

  test.skipIf(!analyses)('has units without a mistake, and a moment that comes', () => {
    /** What systemd says of an instance of them, here where the program lies elsewhere. */
    const saidOf = (mistake: string): string[] => {
      const folder = world.path('units');
      mkdirSync(folder, { recursive: true });
      const units = ['service', 'timer'].map((kind) => {
        const text = example(`examples/systemd/restore-drill@.${kind}`);
        const here = text.replace('/usr/local/bin/restore-drill', join(path, 'restore-drill'));
        const file = join(folder, `restore-drill@shop.${kind}`);
        writeFileSync(file, here.replace('[Service]', `[Service]\n${mistake}`));
        return file;
      });
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], {
        encoding: 'utf8',
      });
      return [
        ...stderr.split('\n').filter((line) => line.includes('restore-drill')),
        ...(status === 0 ? [] : [`status ${status}`]),
      ];
    };
    expect(saidOf('')).toEqual([]);
    expect(saidOf('Tpye=oneshot').join()).toMatch(/Unknown key.* 'Tpye'/);
    const [moment = ''] = [
      ...example('examples/systemd/restore-drill@.timer').matchAll(/^OnCalendar=(.*)$/gm),
    ].map(([, value]) => value ?? '');
    expect(execFileSync('systemd-analyze', ['calendar', moment], { encoding: 'utf8' })).toContain(
      'Next elapse',
    );
  });
});
