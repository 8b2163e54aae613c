import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HostileTry, hostileTries } from '../../support/hostile-superuser.ts';
import { buildWalledDrill, type WalledDrillSeen, walledDrill } from '../../support/walled-drill.ts';
import { enterCommand } from '../support/image-tree.ts';
import type { ServersTree } from '../support/servers-tree.ts';

/** The image with servers put to work: what a server inside it reaches. */
export function serversImageScenarios(servers: () => ServersTree): void {
  describe('the restore image with servers', () => {
    let listener: Server;
    let heard = 0;

    beforeAll(async () => {
      const { directory } = servers();
      buildWalledDrill(directory);
      mkdirSync(join(directory, 'open'));
      chmodSync(join(directory, 'open'), 0o1777);
      listener = createServer((socket) => {
        heard += 1;
        socket.destroy();
      });
      await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening));
    });
    afterAll(() => {
      listener?.close();
    });

    const tries = (): HostileTry[] => {
      const bound = listener.address();
      const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
      return hostileTries({ secretFile: '/app/main.mjs', openFolder: '/open', port });
    };

    function drill(archived: boolean, statements: string[]): Promise<WalledDrillSeen> {
      const { directory, tree, majorVersion, archived: folder } = servers();
      const { program, words, env } = enterCommand(tree, {
        words: ['node', '/walled-drill.cjs'],
        environment: { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/of-the-task' },
        files: {
          [join(directory, 'walled-drill.cjs')]: '/walled-drill.cjs',
          [folder]: '/archived',
          [join(directory, 'open')]: '/open',
        },
      });
      return walledDrill({
        words: [program, ...words],
        environment: env,
        drill: {
          ...{ preparedRoot: '/pg', directory: '/pg/data', majorVersion, statements },
          archived: archived ? { base: '/archived/base', wal: '/archived/wal' } : null,
        },
      });
    }

    test('has a root for servers without node, a shell for all, or anything of ours', () => {
      const inside = spawnSync('find', [join(servers().tree.root, 'pg'), '-xdev', '-name', '*node*'], {
        encoding: 'utf8',
      });
      expect(inside.stdout).toBe('');
      expect(readdirSync(join(servers().tree.root, 'pg')).sort()).toEqual([
        ...['bin', 'data', 'etc', 'lib', 'lib64', 'pg', 'usr'],
      ]);
      expect(readdirSync(join(servers().tree.root, 'pg/usr/bin')).sort()).toEqual([
        'mv',
        'setpriv',
        'sh',
        'sleep',
      ]);
    });

    test.each([
      ['a dump', false],
      ['a base backup with its WAL', true],
    ])(
      'drills %s as root of a container on a read-only root, and its superuser reaches nothing',
      async (_, archived) => {
        const asked = archived
          ? [{ statement: 'SELECT count(*) FROM public.marker', outcome: /^3$/ }, ...tries()]
          : tries();
        const { report, server, complaint, survivors } = await drill(
          archived,
          asked.map(({ statement }) => statement),
        );

        expect(report.look.state).toBe('ready');
        for (const [index, { statement, outcome }] of asked.entries())
          expect({ statement, outcome: report.outcomes[index] }).toEqual({
            statement,
            outcome: expect.stringMatching(outcome),
          });
        expect(heard).toBe(0);
        expect(readdirSync(join(servers().directory, 'open'))).toEqual([]);
        expect(server?.environment).not.toContain('AWS_');
        expect(server?.status).toMatch(/^CapBnd:\t0+$/m);
        expect(server?.status).toMatch(/^Seccomp:\t2$/m);
        expect({ complaint, survivors }).toEqual({ complaint: '', survivors: [] });
        process.stderr.write(`The server of ${_} was ready after ${report.readySeconds.toFixed(2)} s.\n`);
      },
    );
  });
}
