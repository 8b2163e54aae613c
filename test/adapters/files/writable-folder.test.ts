import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { proveWritable } from '../../../lib/adapters/files/writable-folder.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'rd-writable-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

test('a folder that can be written is made, and nothing is left in it', async () => {
  const folder = join(base, 'a', 'b');
  await proveWritable(folder, '--out', 0o700);
  expect(readdirSync(folder)).toEqual([]);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test('one below a file is refused by name, with the option that names another', async () => {
  writeFileSync(join(base, 'file'), '');
  const folder = join(base, 'file', 'below');
  await expect(proveWritable(folder, '--state-dir', 0o700)).rejects.toMatchObject({
    code: 'EVIDENCE_UNWRITABLE',
    message: `${folder} cannot be written: ENOTDIR`,
    hint: expect.stringContaining('--state-dir'),
  });
});

test.runIf(process.platform === 'linux')(
  'one that the system denies although its parent is there is refused',
  async () => {
    // Node's own recursive mkdir never comes back from it.
    await expect(proveWritable('/proc/nope/below', '--out', 0o700)).rejects.toMatchObject({
      code: 'EVIDENCE_UNWRITABLE',
      message: '/proc/nope/below cannot be written: ENOENT',
    });
  },
);

test('a file system that takes no files is refused', async () => {
  await expect(proveWritable('/proc/self/fd', '--out', 0o700)).rejects.toMatchObject({
    code: 'EVIDENCE_UNWRITABLE',
  });
});
