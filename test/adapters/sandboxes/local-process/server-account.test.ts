import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { canReach, serverAccount } from '../../../../lib/adapters/sandboxes/local-process/server-account.ts';
import {
  fallbackRoots,
  usableDirectory,
} from '../../../../lib/adapters/sandboxes/local-process/storage-roots.ts';
import { aDirectory, removeDirectories, runsAsRoot } from './sandbox-fixture.ts';

afterAll(removeDirectories);

const passwd = (...lines: string[]) => lines.map((line) => line.split(':'));

test.runIf(runsAsRoot)(
  'root lends the user postgres, else nobody, and never one without a usable number',
  () => {
    const postgres = 'postgres:x:101:104::/:/bin/sh';
    const nobody = 'nobody:x:65534:65533::/:/bin/sh';

    expect(serverAccount(passwd(nobody, postgres)).switchTo).toEqual({ uid: 101, gid: 104 });
    expect(serverAccount(passwd(nobody)).switchTo).toEqual({ uid: 65534, gid: 65533 });
    expect(serverAccount(passwd('nobody:*:-2:-2::/:', '_postgres:*:216:216::/:')).switchTo).toEqual({
      uid: 216,
      gid: 216,
    });
    expect(() => serverAccount(passwd('root:x:0:0::/root:/bin/sh'))).toThrow(
      'there is no user postgres or nobody',
    );
  },
);

test('a normal user runs the server itself', ({ annotate }) => {
  if (runsAsRoot)
    return annotate('not run: this is root; local-sandbox-host.postgres.test.ts covers normal users');
  expect(serverAccount()).toMatchObject({ uid: process.getuid?.(), switchTo: null });
});

test('a directory below a closed one cannot be reached', () => {
  const stranger = { uid: 54_321, gid: 54_321, switchTo: null, ownName: 'stranger' };
  const open = aDirectory();
  const inner = join(open, 'inner');
  mkdirSync(inner);
  chmodSync(inner, 0o711);
  expect(canReach(stranger, inner)).toBe(true);

  chmodSync(open, 0o700);

  expect(canReach(stranger, inner)).toBe(false);
});

test('a directory that everybody may write to is refused', () => {
  const account = serverAccount();
  const root = aDirectory();
  mkdirSync(join(root, 'sandboxes'));
  chmodSync(join(root, 'sandboxes'), 0o777);

  expect(() => usableDirectory([root], 'sandboxes', account)).toThrow('other users may write to it');
});

test('only root looks for another place than the one it was given', () => {
  expect(fallbackRoots('/given', 'state').slice(1).length > 0).toBe(runsAsRoot);
});
