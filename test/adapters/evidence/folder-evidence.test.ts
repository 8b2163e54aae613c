import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createEvidenceFolder } from '../../../lib/adapters/evidence/folder-evidence.ts';
import { evidenceOf } from '../../../lib/contract/evidence.ts';
import { anAccount } from '../../support/in-memory-ports.ts';

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
    const account = evidenceOf.account(1);
    await evidence.write(account, 'drill-1', anAccount({ bytesRead: 3 }));
    await evidence.write(account, 'drill-2', anAccount({ bytesRead: 4 }));
    expect(await evidence.read(account, 'drill-1')).toEqual(anAccount({ bytesRead: 3 }));
    expect(await evidence.find(account, 'drill-2')).toEqual(anAccount({ bytesRead: 4 }));
    expect(await evidence.find(account, 'drill-3')).toBeNull();
  });

  test('replaces a whole file and leaves no temporary one', async () => {
    const evidence = createEvidenceFolder(root);
    await Promise.all(
      Array.from({ length: 20 }, (_, bytesRead) =>
        evidence.write(evidenceOf.account(1), 'drill-1', anAccount({ bytesRead })),
      ),
    );
    await evidence.writeReport('report.md', 'drill-1', '# one');
    await evidence.writeReport('report.md', 'drill-1', '# two');
    expect((await readdir(evidence.folderOf('drill-1'))).sort()).toEqual(['account-1.json', 'report.md']);
    expect(await readFile(join(evidence.folderOf('drill-1'), 'report.md'), 'utf8')).toBe('# two');
  });

  test('is closed to everybody else', async () => {
    const evidence = createEvidenceFolder(root);
    await evidence.writeReport('report.md', 'drill-1', '');
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
    const moment = (index: number) => ({ at: `moment ${index}` });
    for (const [index, name] of names.entries())
      await evidence.write(evidenceOf.firstWatched(name), '../drill', moment(index));
    for (const [index, name] of names.entries())
      expect(await evidence.read(evidenceOf.firstWatched(name), '../drill')).toEqual(moment(index));
    expect(await readdir(join(root, '..'))).toEqual(['evidence']);
    expect(await readdir(evidence.folderOf('../drill'))).toHaveLength(names.length);
  });

  test('has the folder of a drill under its own name', async () => {
    const evidence = createEvidenceFolder(root);
    expect(evidence.folderOf('20260301T030000Z-shop-3f9a')).toBe(join(root, '20260301T030000Z-shop-3f9a'));
  });

  test('says what is missing', async () => {
    await expect(createEvidenceFolder(root).read(evidenceOf.account(1), 'drill-1')).rejects.toMatchObject({
      code: 'INTERNAL_ERROR',
      message: expect.stringContaining('there is no account-1.json'),
    });
  });

  test.each(['{"rows": ', '{"rows": 3}'])(
    'names a document that is not what it should be: %s',
    async (text) => {
      const evidence = createEvidenceFolder(root);
      await evidence.writeReport('report.md', 'drill-1', '');
      await writeFile(join(evidence.folderOf('drill-1'), 'account-1.json'), text);
      await expect(evidence.find(evidenceOf.account(1), 'drill-1')).rejects.toMatchObject({
        code: 'EVIDENCE_UNREADABLE',
        message: expect.stringContaining('account-1.json'),
      });
    },
  );

  test('is a named error where it cannot be written', async () => {
    await writeFile(root, 'a file');
    await expect(createEvidenceFolder(root).writeReport('report.md', 'drill-1', '')).rejects.toMatchObject({
      code: 'EVIDENCE_UNWRITABLE',
      message: expect.stringContaining('ENOTDIR'),
    });
  });
});
