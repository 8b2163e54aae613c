import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createEvidenceFolder } from '../../../lib/adapters/evidence/folder-evidence.ts';

let parent: string;
let root: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'evidence-test-'));
});
beforeEach(async () => {
  root = join(await mkdtemp(join(parent, 'case-')), 'evidence');
});
afterAll(() => rm(parent, { recursive: true, force: true }));

describe('the evidence folder', () => {
  test('gives back what was put, per drill', async () => {
    const evidence = createEvidenceFolder(root);
    await evidence.putJson('drill-1', 'account', { rows: 3 });
    await evidence.putJson('drill-2', 'account', { rows: 4 });
    expect(await evidence.getJson('drill-1', 'account')).toEqual({ rows: 3 });
    expect(await evidence.findJson('drill-2', 'account')).toEqual({ rows: 4 });
    expect(await evidence.findJson('drill-3', 'account')).toBeNull();
  });

  test('replaces a whole file and leaves no temporary one', async () => {
    const evidence = createEvidenceFolder(root);
    await Promise.all(Array.from({ length: 20 }, (_, n) => evidence.putJson('drill-1', 'account', { n })));
    await evidence.putText('drill-1', 'report.md', '# one');
    await evidence.putText('drill-1', 'report.md', '# two');
    expect((await readdir(evidence.folderOf('drill-1'))).sort()).toEqual(['account.json', 'report.md']);
    expect(await readFile(join(evidence.folderOf('drill-1'), 'report.md'), 'utf8')).toBe('# two');
  });

  test('is closed to everybody else', async () => {
    const evidence = createEvidenceFolder(root);
    await evidence.putText('drill-1', 'report.md', '');
    expect((await stat(evidence.folderOf('drill-1'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(evidence.folderOf('drill-1'), 'report.md'))).mode & 0o777).toBe(0o600);
  });

  test('stays inside its folder and apart whatever a name holds', async () => {
    const evidence = createEvidenceFolder(root);
    const names = [
      'rows:public.Orders',
      'rows:public.orders',
      '../../x',
      '/etc/passwd',
      '..',
      '',
      'a/b',
      `long${'g'.repeat(400)}`,
      'ü\n',
    ];
    for (const name of names) await evidence.putJson('../drill', name, { name });
    for (const name of names) expect(await evidence.getJson('../drill', name)).toEqual({ name });
    expect(await readdir(join(root, '..'))).toEqual(['evidence']);
    expect(await readdir(evidence.folderOf('../drill'))).toHaveLength(names.length);
  });

  test('has the folder of a drill under its own name', async () => {
    const evidence = createEvidenceFolder(root);
    expect(evidence.folderOf('20260301T030000Z-shop-3f9a')).toBe(join(root, '20260301T030000Z-shop-3f9a'));
  });

  test('says what is missing', async () => {
    await expect(createEvidenceFolder(root).getJson('drill-1', 'account')).rejects.toMatchObject({
      code: 'INTERNAL_ERROR',
      message: expect.stringContaining('there is no account.json'),
    });
  });

  test('is a named error where it cannot be written', async () => {
    await writeFile(root, 'a file');
    await expect(createEvidenceFolder(root).putText('drill-1', 'report.md', '')).rejects.toMatchObject({
      code: 'EVIDENCE_UNWRITABLE',
      message: expect.stringContaining('ENOTDIR'),
    });
  });
});
