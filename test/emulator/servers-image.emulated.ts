import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleRestoreImage } from '../../lib/infra/bundles/restore-image.ts';
import { type HostileTry, hostileTries } from '../support/hostile-superuser.ts';
import { buildWalledDrill, type WalledDrillSeen, walledDrill } from '../support/walled-drill.ts';
import {
  buildTree,
  enterCommand,
  type ImageTree,
  removeTree,
  runInside,
  treeObstacle,
} from './support/image-tree.ts';
import { serversAtHand } from './support/servers-at-hand.ts';

const obstacle = treeObstacle();
if (obstacle !== null)
  process.stderr.write(`The image with servers is NOT carried out in this run: ${obstacle}.\n`);

/** A base backup and its WAL, made by the tree's own programs: a row before it, and one after. */
const makeArchived = (bin: string): string => `
install -d -o postgres /archived /archived/wal
setpriv --reuid=postgres --regid=postgres --init-groups sh -ec '
cd /archived
${bin}/initdb -D source -A trust --no-sync
${bin}/pg_ctl -D source -w -l log start -o "-k /archived -c listen_addresses= -c archive_mode=on" \
  -o "-c wal_level=replica -c archive_command=\\"cp %p /archived/wal/%f\\""
ask() { psql -h /archived -d "$1" -c "$2"; }
ask postgres "CREATE DATABASE shop"
ask shop "CREATE TABLE marker (id integer)"
ask shop "INSERT INTO marker VALUES (1)"
${bin}/pg_basebackup -h /archived -D base -X stream -c fast
ask shop "INSERT INTO marker VALUES (2)"
ask shop "SELECT pg_switch_wal()"
ask shop CHECKPOINT
${bin}/pg_ctl -D source -w -m fast stop
'`;

describe.skipIf(obstacle !== null)('the restore image with servers', () => {
  let directory: string;
  let tree: ImageTree;
  let majorVersion: number;
  let listener: Server;
  let heard = 0;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'servers-image-'));
    chmodSync(directory, 0o711);
    const context = bundleRestoreImage(join(directory, 'context'));
    const servers = await serversAtHand(context);
    tree = buildTree(context, directory, { target: 'sandbox', ...servers });
    process.stderr.write(`Of the image with servers, done otherwise: ${tree.substitutions.join('; ')}.\n`);
    majorVersion = Math.max(...readdirSync(join(tree.root, 'usr/lib/postgresql')).map(Number));
    runInside(tree.root, makeArchived(`/usr/lib/postgresql/${majorVersion}/bin`));
    execFileSync('mv', [join(tree.root, 'archived'), directory]);
    buildWalledDrill(directory);
    mkdirSync(join(directory, 'open'));
    chmodSync(join(directory, 'open'), 0o1777);
    listener = createServer((socket) => {
      heard += 1;
      socket.destroy();
    });
    await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening));
  }, 900_000);
  afterAll(() => {
    listener?.close();
    if (tree !== undefined) removeTree(tree);
    rmSync(directory, { recursive: true, force: true });
  });

  const tries = (): HostileTry[] => {
    const bound = listener.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    return hostileTries({ secretFile: '/app/main.mjs', openFolder: '/open', port });
  };

  function drill(archived: boolean, statements: string[]): Promise<WalledDrillSeen> {
    const { program, words, env } = enterCommand(tree, {
      words: ['node', '/walled-drill.cjs'],
      environment: { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/of-the-task' },
      files: {
        [join(directory, 'walled-drill.cjs')]: '/walled-drill.cjs',
        [join(directory, 'archived')]: '/archived',
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
    const inside = spawnSync('find', [join(tree.root, 'pg'), '-xdev', '-name', '*node*'], {
      encoding: 'utf8',
    });
    expect(inside.stdout).toBe('');
    expect(readdirSync(join(tree.root, 'pg')).sort()).toEqual([
      ...['bin', 'data', 'etc', 'lib', 'lib64', 'pg', 'usr'],
    ]);
    expect(readdirSync(join(tree.root, 'pg/usr/bin')).sort()).toEqual(['mv', 'setpriv', 'sh', 'sleep']);
  });

  test.each([
    ['a dump', false],
    ['a base backup with its WAL', true],
  ])(
    'drills %s as root of a container on a read-only root, and its superuser reaches nothing',
    async (_, archived) => {
      const asked = archived
        ? [{ statement: 'SELECT count(*) FROM public.marker', outcome: /^2$/ }, ...tries()]
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
      expect(readdirSync(join(directory, 'open'))).toEqual([]);
      expect(server?.environment).not.toContain('AWS_');
      expect(server?.status).toMatch(/^CapBnd:\t0+$/m);
      expect(server?.status).toMatch(/^Seccomp:\t2$/m);
      expect({ complaint, survivors }).toEqual({ complaint: '', survivors: [] });
      process.stderr.write(`The server of ${_} was ready after ${report.readySeconds.toFixed(2)} s.\n`);
    },
  );
});
