import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { removeUnfinishedFiles } from '../../../lib/adapters/files/atomic-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'restore-drill-unfinished-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const now = new Date('2026-11-29T12:00:00Z');

function file(name: string, writtenSecondsAgo: number): void {
  const path = join(folder, 'drills', name);
  mkdirSync(join(folder, 'drills'), { recursive: true });
  writeFileSync(path, 'half');
  const written = now.getTime() / 1000 - writtenSecondsAgo;
  utimesSync(path, written, written);
}

describe('what a killed process was writing', () => {
  test('goes after a minute, in folders below too; all else stays', async () => {
    file('.record.json.0123456789ab.tmp', 61);
    file('.record.json.ba9876543210.tmp', 59);
    file('record.json', 5000);
    file('.notes.tmp', 5000);

    await removeUnfinishedFiles(folder, now);

    expect(readdirSync(join(folder, 'drills')).sort()).toEqual([
      '.notes.tmp',
      '.record.json.ba9876543210.tmp',
      'record.json',
    ]);
  });

  test('is nothing where there is no folder', async () => {
    await expect(removeUnfinishedFiles(join(folder, 'absent'), now)).resolves.toBeUndefined();
  });
});
