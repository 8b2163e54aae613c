import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordOf } from './support/command-line.ts';
import { shopFile, shopName, written } from './support/fixtures.ts';
import {
  accessDenied,
  emptyBucket,
  noSuchBucket,
  otherRegion,
  refusedKeys,
  startS3StandIn,
} from './support/s3-stand-in.ts';
import { World } from './support/world.ts';

const shopContent = readFileSync(shopFile);

let world: World;

beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

describe('a dump that cannot be had', () => {
  test('is not found when its name is misspelt', async () => {
    const dump = world.path('backups', 'shup.sql.gz');
    const { record } = await world.expectDrill(['--dump', dump], {
      verdict: 'COULD_NOT_VERIFY',
      code: 'DUMP_NOT_FOUND',
    });
    expect(JSON.stringify(record.findings)).toContain('shup.sql.gz');
  });

  test('is unreadable when this user may not read it', async () => {
    world.remove();
    world = await World.open({ forNormalUser: true });
    const dump = world.backup('shop.sql.gz', shopContent);
    chmodSync(dump, 0);
    await world.expectDrill(
      ['--dump', dump],
      { verdict: 'COULD_NOT_VERIFY', code: 'DUMP_UNREADABLE' },
      { asNormalUser: true },
    );
  });

  test('is not made up from other files of a folder', async () => {
    world.backup('LAST_SUCCESS.txt', '20261118T020000Z\n');
    world.backup('uploads_20261118T020000Z.tar.gz', gzipSync('files'));
    world.backup('shop_20261118T020000Z.sql.gz.partial', shopContent);
    const config = world.configuration();
    const { record } = await world.expectDrill(['shop', '--config', config], {
      verdict: 'COULD_NOT_VERIFY',
      code: 'NO_DUMP_FOUND',
    });
    expect(JSON.stringify(record.findings)).toContain('.partial');
  });

  test('is not found in an empty folder', async () => {
    mkdirSync(world.path('backups'));
    const config = world.configuration();
    await world.expectDrill(['shop', '--config', config], {
      verdict: 'COULD_NOT_VERIFY',
      code: 'NO_DUMP_FOUND',
    });
  });

  test('is not found in a folder that does not exist', async () => {
    const config = world.configuration('    source: { folder: ./nowhere }');
    await world.expectDrill(['shop', '--config', config], {
      verdict: 'COULD_NOT_VERIFY',
      code: 'DUMP_NOT_FOUND',
    });
  });
});

describe('a bucket that gives no dump', () => {
  const credentials = {
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const cases = [
    {
      what: 'the credentials have no right',
      answer: accessDenied,
      code: 'DUMP_UNREADABLE',
      hint: 's3:GetObject',
    },
    {
      what: 'the credentials are not known',
      answer: refusedKeys,
      code: 'DUMP_UNREADABLE',
      hint: 'Sign in again',
    },
    {
      what: 'the bucket lies in another region',
      answer: otherRegion,
      code: 'DUMP_UNREADABLE',
      hint: 'eu-central-1',
    },
    {
      what: 'the bucket does not exist',
      answer: noSuchBucket,
      code: 'DUMP_NOT_FOUND',
      hint: 'name of the bucket',
    },
    { what: 'the key does not exist', answer: emptyBucket, code: 'DUMP_NOT_FOUND', hint: 'spelling' },
  ] as const;
  test.each(cases)(
    'could not be verified because $what, and the hint says what to do',
    async ({ answer, code, hint }) => {
      const s3 = await startS3StandIn(answer);
      try {
        const words = [
          '--dump',
          's3://backups/nightly/shop.dump',
          '--endpoint-url',
          s3.endpointUrl,
          '--region',
          'auto',
        ];
        const { record } = await world.expectDrill(
          words,
          { verdict: 'COULD_NOT_VERIFY', code },
          { env: credentials },
        );
        expect(JSON.stringify(record.findings)).toContain('backups');
        expect(record.findings.find((found) => found.code === code)?.hint).toContain(hint);
        expect(s3.requests.length).toBeGreaterThan(0);
      } finally {
        await s3.stop();
      }
    },
  );
});

const tenMistakes = `databases:
  shop:
    source: { bucket: acme, folder: ./backups, patern: "*.sql.gz" }
    objectives: { rto: soon, rpo: -4h }
    walkBack: { maxDumps: 0 }
    restore: { connections: 1000, createMissingRoles: perhaps }
    sandbox: { majorVersion: 9 }
    checks:
      - tabels: [orders]
      - rows: { table: orders, min: many, maxDrop: 500% }
      - freshness: { maxAge: 24h }
    scedule: { cron: "0 3 1 * ? *" }
`;

describe('a configuration that is wrong', () => {
  /** Wrong usage: 64, each problem once, nothing drilled and nothing recorded. */
  async function refused(...words: string[]): Promise<string> {
    const ended = await world.run(['run', '--json', ...words]);
    expect(ended).toMatchObject({ code: 64, stdout: '' });
    expect(ended.stderr).toMatch(/^HINT: ./m);
    expect(await world.history()).toEqual([]);
    return ended.stderr;
  }

  test('names all of its mistakes at once with their lines, each once', async () => {
    const config = written(world.base, 'drills.yaml', tenMistakes);
    const said = await refused('shop', '--config', config);
    const mistakes = said.split('\n').filter((line) => line.includes('drills.yaml:'));
    const lines = mistakes.map((message) => Number(/drills\.yaml:(\d+)/.exec(message)?.[1] ?? 0));
    expect(lines.length).toBeGreaterThanOrEqual(10);
    expect([...new Set(lines)].sort((a, b) => a - b)).toEqual([3, 4, 5, 6, 7, 9, 10, 11, 12]);
    expect(new Set(mistakes).size).toBe(mistakes.length);
    for (const key of ['patern', 'tabels', 'scedule']) expect(mistakes.join('\n')).toContain(key);

    const validated = await world.run(['validate', config]);
    expect(validated).toMatchObject({ code: 64, stderr: '' });
    expect(`restore-drill: ${validated.stdout}`).toBe(said.replace(/^HINT.*\n/m, ''));
  });

  test('is said when it is no YAML at all', async () => {
    const config = written(world.base, 'drills.yaml', 'databases: [unclosed');
    expect(await refused('shop', '--config', config)).toContain('drills.yaml:1:');
  });

  test('is said when the file does not exist', async () => {
    expect(await refused('shop', '--config', world.path('nowhere.yaml'))).toContain('nowhere.yaml');
  });

  test('knows no database of another name, and which was meant', async () => {
    const config = written(world.base, 'drills.yaml', 'databases:\n  shop: { source: { folder: . } }\n');
    expect(await refused('shup', '--config', config)).toContain('Did you mean shop?');
  });

  test('holds SQL that PostgreSQL does not understand: its line, and PostgreSQL’s own words', async () => {
    const config = world.configuration(
      '    checks:',
      '      - sql: { name: a, query: select 1 form orders, expect: 1 }',
      '      - sql: { name: a, query: "delete from orders", expect: 1 }',
    );
    const said = await refused('shop', '--config', config);
    expect(said).toMatch(/drills\.yaml:5:\d+ .*\.query: PostgreSQL says: syntax error at or near "orders"$/m);
    expect(said).toMatch(/drills\.yaml:6:\d+ .*\.name: "a" is the name of checks\[0\] too/m);
    expect(said).toMatch(/drills\.yaml:6:\d+ .*\.query: this is not one SELECT/m);
  });

  test('is called right by `validate` when nothing is wrong', async () => {
    const config = world.configuration('    checks: [{ tables: [orders] }]');
    expect(await world.run(['validate', config])).toMatchObject({
      code: 0,
      stdout: `${config}: 1 database, 1 check, nothing wrong\n`,
      stderr: '',
    });
    // The one that lies here.
    expect((await world.run(['validate'])).code).toBe(0);
  });
});

describe('what was meant', () => {
  test('`run FILE` is `run --dump FILE`', async () => {
    const dump = world.backup('app.dump.sql.gz', readFileSync(shopFile));
    const ended = await world.run(['run', 'backups/app.dump.sql.gz', '--json']);
    expect(recordOf(ended)).toMatchObject({ verdict: 'PROVEN', dump: { key: 'app.dump.sql.gz' } });
    expect((await world.run(['plan', dump])).code).toBe(0);
  });

  test('a folder of dumps is answered with the commands for its newest', async () => {
    world.backup('shop_20261119T020000Z.sql.gz', readFileSync(shopFile));
    world.backup('shop_20261120T020000Z.sql.gz', readFileSync(shopFile));
    const ended = await world.run(['run', '--dump', 'backups']);
    expect(ended.code).toBe(64);
    expect(ended.stderr).toContain('restore-drill run --dump backups/shop_20261120T020000Z.sql.gz');
    expect(await world.history()).toEqual([]);
    expect((await world.run(['run', 'backups'])).stderr).toContain('restore-drill run --dump backups');
  });

  test('a moment in the future is wrong usage', async () => {
    const ended = await world.run(['run', '--dump', shopFile, '--at', '2100-01-01']);
    expect(ended.code).toBe(64);
    expect(await world.history()).toEqual([]);
  });
});

describe('a wrong command line', () => {
  const wrong: [string, string[]][] = [
    ['an option that does not exist', ['run', '--dumb', 'x.sql']],
    ['a command that does not exist', ['drill']],
    ['a number out of its range', ['run', '--dump', shopFile, '--connections', '0']],
    ['an option without its value', ['run', '--dump']],
    ['a word too many', ['run', 'shop', 'more', '--dump', shopFile]],
    ['nothing to drill', ['run']],
    ['a format that does not exist', ['show', '--format', 'pdf']],
  ];
  test.each(wrong)('exits with 64, says why, and starts nothing: %s', async (_what, words) => {
    const { code, stdout, stderr } = await world.run(words);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).not.toMatch(/^ +at /m);
    expect(stderr.trim()).not.toBe('');
    expect(existsSync(world.stateDirectory)).toBe(false);
  });

  test('is told from a moment that cannot be read, which names the moment', async () => {
    const { code, stderr } = await world.run(['run', '--dump', shopFile, '--at', 'yesterday-ish']);
    expect(code).not.toBe(0);
    expect(code).not.toBe(1);
    expect(stderr).toContain('yesterday-ish');
  });
});

describe('a state directory that cannot be written', () => {
  test('ends the drill with a named error, never with PROVEN, and leaves no sandbox', async () => {
    world.remove();
    world = await World.open({ forNormalUser: true });
    mkdirSync(world.stateDirectory);
    chmodSync(world.stateDirectory, 0o555);
    const { code, stdout, stderr } = await world.run(['run', '--dump', shopFile, '--json'], {
      asNormalUser: true,
    });
    expect(code).toBe(2);
    expect(stdout).not.toContain('"PROVEN"');
    expect(stderr).toContain(world.stateDirectory);
    expect(stderr).toMatch(/writable|write/);
    expect(stderr).not.toMatch(/^ +at /m);
    await world.expectNothingLeft();
    expect(readdirSync(world.stateDirectory)).toEqual([]);
  });

  test('may lie elsewhere by --state-dir', async () => {
    const elsewhere = world.path('elsewhere');
    const { code } = await world.run(['plan', '--dump', shopFile, '--state-dir', elsewhere]);
    expect(code).toBe(0);
    expect(shopFile.endsWith(shopName)).toBe(true);
    expect(existsSync(elsewhere)).toBe(false);
  });
});
