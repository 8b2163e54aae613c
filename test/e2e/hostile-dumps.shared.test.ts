import { spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultPlaces } from '../../lib/runtimes/local/places.ts';
import { repositoryRoot } from '../support/repository-root.ts';
import { recordOf } from './support/command-line.ts';
import { isRoot, nobody, World } from './support/world.ts';

const folder = join(repositoryRoot, '..', 'shared', 'hostile');
const majors = [14, 15, 16, 17, 18];
const users = ['root', 'an ordinary user'] as const;
type Case = [file: string, majorVersion: number, user: (typeof users)[number]];

/** Those that want something no restore may do. The rest are strange or heavy, or grant what a cluster's dump may grant. */
const tried = /^(c(?!17)|m|h0|h1[0-279])/;

/** Where the dumps say that a program ran, and where they connect to. */
const proof = '/tmp/restore-drill-proof';
const listenedPort = 9999;

/** Servers that root fetched are linked into it, so that each is not fetched a second time. */
function makeCacheOfNormalUser(): string {
  const cache = mkdtempSync(join(tmpdir(), 'rd-hostile-cache-'));
  const fetched = join(defaultPlaces().cacheDirectory, 'servers');
  // Where links cannot be made, the first drill of each major fetches its server.
  if (existsSync(fetched)) spawnSync('cp', ['-rl', fetched, cache]);
  if (isRoot)
    for (const folder of [cache, join(cache, 'servers')])
      if (existsSync(folder)) chownSync(folder, nobody, nobody);
  return cache;
}

/** Each file meets one major and one user; every major where HOSTILE_MAJORS=all asks for it, both users where HOSTILE_USERS=all does. */
function casesOf(files: string[]): Case[] {
  const everyMajor = process.env.HOSTILE_MAJORS === 'all';
  const everyUser = process.env.HOSTILE_USERS === 'all';
  return files.flatMap((file, index) =>
    majors.flatMap((major, majorIndex) =>
      users.flatMap((user, userIndex): Case[] => {
        const itsMajor = everyMajor || majorIndex === index % majors.length;
        const itsUser = everyUser || userIndex === (index + majorIndex) % users.length;
        return itsMajor && itsUser && (isRoot || user !== 'root') ? [[file, major, user]] : [];
      }),
    ),
  );
}

function defineTests(): void {
  // The heavy ones (b, q, s) are measured by the benches; these want to act, to leak or to go on for ever.
  const files = readdirSync(folder).filter((name) => /^[chmt]\d+-.*\.sql$/.test(name));

  let world: World;
  let listener: Server;
  let connections: number;
  let cacheOfNormalUser: string;
  beforeAll(async () => {
    cacheOfNormalUser = makeCacheOfNormalUser();
    listener = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((listening, failed) => {
      listener.once('error', failed);
      listener.listen(listenedPort, '127.0.0.1', listening);
    });
  });
  afterAll(() => {
    listener?.close();
    if (cacheOfNormalUser !== undefined) rmSync(cacheOfNormalUser, { recursive: true, force: true });
  });
  beforeEach(() => {
    connections = 0;
    rmSync(proof, { force: true });
  });
  afterEach(() => world.remove());

  test.each(casesOf(files))(
    '%s on a server of major %i as %s acts nowhere, ends and tells no row',
    {
      timeout: 300_000,
    },
    async (file, major, user) => {
      const asNormalUser = user !== 'root';
      world = await World.open({ forNormalUser: asNormalUser });
      const text = readFileSync(join(folder, file), 'latin1');
      const dump = world.path(file);
      writeFileSync(
        dump,
        text.replace(/^(-- Dumped (?:from|by).* version )\d+\.\d+/gm, `$1${major}.1`),
        'latin1',
      );

      const env = asNormalUser ? { RESTORE_DRILL_CACHE_DIR: cacheOfNormalUser } : {};
      const words = ['run', '--json', '--dump', dump, '--entry-timeout', '5s'];
      const ended = await world.run(words, { asNormalUser, env });
      const record = recordOf(ended);

      expect(existsSync(proof)).toBe(false);
      expect(connections).toBe(0);
      expect(record.teardown).toMatchObject({ confirmed: true });
      expect(ended.stdout + ended.stderr).not.toMatch(/SECRETKEY/);
      expect(tried.test(file) && record.verdict === 'PROVEN').toBe(false);
    },
  );
}

// A clone of the repository has no such folder: then one test says by name what was not run.
if (existsSync(folder)) describe('hostile dumps of the shared collection', defineTests);
else {
  test('the hostile dumps of ../shared/hostile were not drilled: the folder is absent', () => {
    process.stderr.write(`not run: test/e2e/hostile-dumps.shared.test.ts (no ${folder})\n`);
    expect(existsSync(folder)).toBe(false);
  });
}
