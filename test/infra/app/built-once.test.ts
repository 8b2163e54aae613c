import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { builtOnce } from '../../../lib/infra/app/built-once.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'restore-drill-once-'));
  for (const folder of ['lib/a', 'lambdas', 'containers', 'node_modules'])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'lib/a/code.ts'), 'one');
  writeFileSync(join(root, 'package-lock.json'), '{}');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

let built = 0;
/** Builds what the sources say, unless it was kept, and gives back what lies there then. */
function bundled(name = 'lambdas', build?: (folder: string) => void): string {
  const outdir = mkdtempSync(join(root, 'out-'));
  const fromSources = (folder: string) => {
    built += 1;
    mkdirSync(join(folder, 'door'), { recursive: true });
    writeFileSync(join(folder, 'door/index.mjs'), readFileSync(join(root, 'lib/a/code.ts')));
  };
  builtOnce(name, outdir, build ?? fromSources, root);
  return readFileSync(join(outdir, 'door/index.mjs'), 'utf8');
}
const kept = () => readdirSync(join(root, 'node_modules/.cache/restore-drill/bundles'));

describe('what is bundled of the sources', () => {
  beforeEach(() => {
    built = 0;
  });

  test('is built once, and copied for every synth after it', () => {
    expect([bundled(), bundled(), bundled()]).toEqual(['one', 'one', 'one']);
    expect(built).toBe(1);
  });

  test.each([
    ['a source changes', 'lib/a/code.ts'],
    ['a source is added', 'lambdas/new.ts'],
    ['a dependency changes', 'package-lock.json'],
    ['npm installed another version than the lock names', 'node_modules/.package-lock.json'],
  ])('is built anew when %s, and the former one is removed', (_why, path) => {
    bundled();
    writeFileSync(join(root, path), 'two');

    expect(bundled()).toBe(path === 'lib/a/code.ts' ? 'two' : 'one');
    expect(built).toBe(2);
    expect(kept()).toHaveLength(1);
  });

  test('is kept by its name: functions and image lie side by side', () => {
    bundled('lambdas');
    bundled('image');
    expect(built).toBe(2);
    expect(kept()).toHaveLength(2);
  });

  test('is built for each version of Node.js, and none removes what another kept', () => {
    const version = Object.getOwnPropertyDescriptor(process, 'version')!;
    bundled();
    try {
      Object.defineProperty(process, 'version', { ...version, value: 'v0.0.1' });
      bundled();
    } finally {
      Object.defineProperty(process, 'version', version);
    }
    bundled();

    expect(built).toBe(2);
    expect(kept()).toHaveLength(2);
  });

  test('is not kept when its build fails, and the error is told', () => {
    const half = (folder: string) => {
      writeFileSync(join(folder, 'half'), '');
      throw new Error('too large');
    };
    expect(() => bundled('lambdas', half)).toThrow('too large');
    expect(kept()).toEqual([]);
    expect(bundled()).toBe('one');
  });

  test('is built each time where nothing can be kept', () => {
    writeFileSync(join(root, 'node_modules/.cache'), 'a file where a folder would be');
    expect([bundled(), bundled()]).toEqual(['one', 'one']);
    expect(built).toBe(2);
    expect(existsSync(join(root, 'node_modules/.cache/restore-drill'))).toBe(false);
  });
});
