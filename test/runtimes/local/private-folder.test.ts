import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { privateFoldersIn } from '../../../lib/runtimes/local/private-folder.ts';

const uid = process.getuid?.() ?? 0;
const own = `restore-drill-${uid}`;

let shared: string;
beforeEach(() => {
  shared = mkdtempSync(join(tmpdir(), 'rd-shared-'));
});
afterEach(() => rmSync(shared, { recursive: true, force: true }));

const make = (name: string, mode = 0o700): void => {
  mkdirSync(join(shared, name));
  chmodSync(join(shared, name), mode);
};

describe("a user's own folder in a shared one", () => {
  test('has a name of its own per user, and is used again', () => {
    expect(privateFoldersIn(shared, uid).folder).toBe(join(shared, own));
    expect(privateFoldersIn(shared, uid + 1).folder).toBe(join(shared, `restore-drill-${uid + 1}`));
    make(own);
    expect(privateFoldersIn(shared, uid).folder).toBe(join(shared, own));
  });

  test.each([
    ['a link', () => symlinkSync(tmpdir(), join(shared, own))],
    ['a file', () => writeFileSync(join(shared, own), '')],
    ['a folder that others may write to', () => make(own, 0o777)],
  ])('that somebody else took, as %s, is passed over for one that cannot be guessed', (_what, take) => {
    take();
    const { folder } = privateFoldersIn(shared, uid);
    expect(basename(folder)).toMatch(new RegExp(`^${own}-[0-9a-f]{8}$`));
    make(basename(folder));
    expect(privateFoldersIn(shared, uid).folder).toBe(folder);
  });

  test('is not that of a user whose number begins alike', () => {
    make(`${own}5`);
    expect(privateFoldersIn(shared, uid)).toEqual({ folder: join(shared, own), earlier: [] });
  });

  test('that belongs to another user is passed over', () => {
    make(`restore-drill-${uid + 1}`);
    expect(basename(privateFoldersIn(shared, uid + 1).folder)).toMatch(/-[0-9a-f]{8}$/);
  });

  test('does not hide what an earlier version left in the folder that all shared', () => {
    make('restore-drill', 0o711);
    make(own);
    make(`${own}-0badcafe`);
    expect(privateFoldersIn(shared, uid)).toEqual({
      folder: join(shared, own),
      earlier: [join(shared, `${own}-0badcafe`), join(shared, 'restore-drill')],
    });
  });

  test('has a path that leaves room for a socket', () => {
    expect(privateFoldersIn('/tmp', 4_294_967_294).folder.length).toBeLessThan(45);
  });
});
