import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Chroot, chrootInto } from '../../../../lib/adapters/sandboxes/local-process/chroot.ts';
import { launchOf } from '../../../../lib/adapters/sandboxes/local-process/isolation.ts';
import { type ArchivedCluster, makeArchivedCluster } from '../../../support/archived-cluster.ts';
import { asRootOfContainer } from '../../../support/container-capabilities.ts';
import { hostileTries } from '../../../support/hostile-superuser.ts';
import { makeServersRoot } from '../../../support/servers-root.ts';
import { buildWalledDrill, type WalledDrillSeen, walledDrill } from '../../../support/walled-drill.ts';
import type { WalledDrill } from '../../../support/walled-drill-program.ts';
import { aDirectory, removeDirectories, runsAsRoot } from './sandbox-fixture.ts';

const credential = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/of-the-task' };

describe.runIf(runsAsRoot)('a server beside credentials, where no namespaces can be made', () => {
  let home: string;
  let root: string;
  let program: string;
  let archived: ArchivedCluster;
  let listener: Server;
  let heard = 0;

  beforeAll(async () => {
    home = aDirectory();
    root = join(home, 'pg');
    makeServersRoot(root);
    mkdirSync(join(home, 'open'));
    chmodSync(join(home, 'open'), 0o777);
    writeFileSync(join(home, 'secret'), 'ours');
    program = buildWalledDrill(home);
    archived = await makeArchivedCluster('p');
    listener = createServer((socket) => {
      heard += 1;
      socket.destroy();
    });
    await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening));
  }, 300_000);
  afterAll(() => {
    listener?.close();
    removeDirectories();
  });

  const surroundings = () => {
    const bound = listener.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    return { secretFile: join(home, 'secret'), openFolder: join(home, 'open'), port };
  };

  /** As in the task: root with the rights of a container, credentials in its environment. */
  const drill = (given: Partial<WalledDrill>): Promise<WalledDrillSeen> =>
    walledDrill({
      words: [...asRootOfContainer, process.execPath, program],
      environment: { PATH: process.env.PATH ?? '', ...credential },
      drill: {
        ...{ preparedRoot: root, directory: join(root, 'data'), majorVersion: 15 },
        ...{ archived: null, statements: [] },
        ...given,
      },
    });

  describe.each<[string, () => WalledDrill['archived']]>([
    ['a dump', () => null],
    ['a base backup', () => archived],
  ])('of %s', (_, archivedOf) => {
    let seen: WalledDrillSeen;
    beforeAll(async () => {
      const statements = hostileTries(surroundings()).map(({ statement }) => statement);
      seen = await drill({ archived: archivedOf(), statements });
    });

    test('answers, and says what it has in common with the machine', () => {
      expect(seen.report.look).toMatchObject({
        state: 'ready',
        absentWalls: [expect.stringMatching(/^Shared memory and a host name/)],
      });
    });

    test('gives its superuser no file, no program and no connection', () => {
      const tries = hostileTries(surroundings());
      expect(seen.report.outcomes).toHaveLength(tries.length);
      for (const [index, { statement, outcome }] of tries.entries())
        expect({ statement, outcome: seen.report.outcomes[index] }).toEqual({
          statement,
          outcome: expect.stringMatching(outcome),
        });
      expect(heard).toBe(0);
      expect(readdirSync(join(home, 'open'))).toEqual([]);
    });

    test('has nothing of our environment, no right, another user and a filter', () => {
      const { status = '', environment = '' } = seen.server ?? {};
      expect(environment).not.toContain('AWS_');
      expect(
        environment
          .split('\0')
          .map((line) => line.split('=')[0])
          .filter((name) => !/^(LC_ALL|TZ|LD_ORIGIN_PATH|PG.*|)$/.test(name ?? '')),
      ).toEqual([]);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      expect(status).toMatch(/^Seccomp:\t2$/m);
      expect(status).toMatch(/^Groups:\t *$/m);
      // A number that no system gives to anybody (server-account.ts).
      expect(status).toMatch(/^Uid:\t(18[789]\d{7})\t\1\t\1\t\1$/m);
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
        expect(status).toMatch(new RegExp(`^${set}:\t0+$`, 'm'));
    });

    test('holds no file of ours open but its log, and its root is the one that was prepared', () => {
      const { root: rootOfServer, files = [] } = seen.server ?? {};
      expect(rootOfServer).toBe(root);
      const outside = files.filter(
        (path) => !path.startsWith(join(root, 'data')) && !/^(socket|pipe|anon_inode):/.test(path),
      );
      expect([...new Set(outside)]).toEqual(['/dev/null']);
    });

    test('leaves nothing', () => {
      expect(seen.complaint).toBe('');
      expect(seen.survivors).toEqual([]);
    });
  });

  test('is not started without walls, and the reasons are named', async () => {
    const { report } = await drill({ preparedRoot: null });

    expect(report.look).toMatchObject({ state: 'broken', code: 'SANDBOX_UNAVAILABLE' });
    expect(JSON.stringify(report.look)).toContain('Operation not permitted');
  });

  test('is not started where the root shows everybody a shell', async () => {
    const open = join(home, 'shown');
    makeServersRoot(open);
    chmodSync(join(open, 'usr/bin/sh'), 0o755);

    const { report } = await drill({ preparedRoot: open, directory: join(open, 'data') });

    expect(JSON.stringify(report.look)).toContain('everybody may run the shell');
  });

  test('is not started where its sandbox lies outside of the root', async () => {
    const { report } = await drill({ directory: aDirectory() });

    expect(JSON.stringify(report.look)).toContain('sandboxes do not lie below');
  });

  describe('asked by native code', () => {
    /** Runs a program of Perl where a server would run. */
    function perl(text: string): string {
      const directory = mkdtempSync(join(root, 'data/native-'));
      chmodSync(directory, 0o755);
      // Perl opens /dev/null for a text among its words.
      const script = join(directory, 'asked.pl');
      writeFileSync(script, text, { mode: 0o644 });
      const switchTo = { uid: 0x7000_0001, gid: 0x7000_0001 };
      const account = { ...switchTo, switchTo, ownName: 'root' };
      const chroot = chrootInto(root, { directory, account, shell: false }, 'a test') as Chroot;
      const { command, args } = launchOf(chroot, account, 'own', ['/usr/bin/perl', script]);
      const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env: {} });
      return stdout + stderr;
    }
    const number = (x64: number, arm64: number) => (process.arch === 'arm64' ? arm64 : x64);
    const call = (words: string) => perl(`print syscall(${words}) < 0 ? $!+0 : 'done'`);

    test.each([
      ['an AF_INET socket', 2],
      ['an AF_INET6 socket', 10],
      ['a packet socket', 17],
      ['a netlink socket', 16],
      ['a vsock', 40],
    ])('makes no %s', (_, family) => {
      expect(call(`${number(41, 198)}, ${family}, 1, 0`)).toBe('97');
      expect(call(`${number(41, 198)}, ${family} + (1 << 32), 1, 0`)).toBe('97');
    });

    test('makes a socket of the machine itself, as its clients need', () => {
      expect(call(`${number(41, 198)}, 1, 1, 0`)).toBe('done');
    });

    test.each([
      ['looks into us', `${number(101, 117)}, 16, ${process.pid}, 0, 0`, '1'],
      ['makes no namespace', `${number(272, 97)}, 0x10000000`, '1'],
      ['makes no namespace by clone', `${number(56, 220)}, 0x10000011, 0, 0, 0, 0`, '1'],
      ['has no clone3', '435, 0, 0', '38'],
      ['has no io_uring', '425, 1, 0', '38'],
      ['takes no file from another process', `438, 0, 0, 0`, '1'],
      ['mounts nothing', `${number(165, 40)}, 0, 0, 0, 0, 0`, '1'],
      ['leaves its root by no other', `${number(161, 51)}, 0`, '1'],
    ])('%s', (_, words, errno) => {
      expect(call(words)).toBe(errno);
    });

    test('ends nobody', () => {
      expect(perl(`print kill(0, ${process.pid}) ? 'reached' : $!+0`)).toBe('1');
    });

    test('finds no way up out of its root', () => {
      expect(perl(`chdir '..' for 1..20; print -e 'proc' || -e 'home' ? 'out' : 'in'`)).toBe('in');
      expect(perl(`print -e '${join(home, 'secret')}' ? 'out' : 'in'`)).toBe('in');
    });

    test('runs no shell', () => {
      expect(perl(`print exec('/bin/sh', '-c', 'echo shell') ? '' : $!+0`)).toBe('13');
    });
  });
});
