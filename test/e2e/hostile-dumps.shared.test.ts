import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildCommandLine, type CommandLine, recordOf, repositoryRoot } from './support/command-line.ts';
import { World } from './support/world.ts';

const folder = join(repositoryRoot, '..', 'shared', 'hostile');
const majors = [14, 15, 16, 17, 18];
/** Code that never ends is another promise's, and has limits of its own. */
const endless = /^h(06|17|19)-/;

/** Where the dumps say that a program ran, and where they connect to. */
const proof = '/tmp/restore-drill-proof';
const listenedPort = 9999;

function defineTests(): void {
  const files = readdirSync(folder).filter((name) => /^[chm]\d+-.*\.sql$/.test(name) && !endless.test(name));
  // Each file meets one major version, and all of them where HOSTILE_MAJORS=all asks for it.
  const cases = files.flatMap((file, index): [string, number][] =>
    process.env.HOSTILE_MAJORS === 'all'
      ? majors.map((major) => [file, major])
      : [[file, majors[index % majors.length] ?? 15]],
  );

  let commandLine: CommandLine;
  let world: World;
  let listener: Server;
  let connections: number;
  beforeAll(async () => {
    commandLine = buildCommandLine();
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
    commandLine?.remove();
  });
  beforeEach(() => {
    connections = 0;
    rmSync(proof, { force: true });
    world = new World(commandLine);
  });
  afterEach(() => world.remove());

  test.each(cases)('%s on a server of major %i acts nowhere', { timeout: 300_000 }, async (file, major) => {
    const dump = world.path(file);
    const text = readFileSync(join(folder, file), 'latin1');
    writeFileSync(
      dump,
      text.replace(/^(-- Dumped (?:from|by).* version )\d+\.\d+/gm, `$1${major}.1`),
      'latin1',
    );

    const record = recordOf(await world.run(['run', '--json', '--dump', dump]));

    expect(existsSync(proof)).toBe(false);
    expect(connections).toBe(0);
    expect(record.teardown).toMatchObject({ confirmed: true });
  });
}

// A clone of the repository has no such folder: then one test says by name what was not run.
if (existsSync(folder)) describe('hostile dumps of the shared collection', defineTests);
else {
  test('the hostile dumps of ../shared/hostile were not drilled: the folder is absent', () => {
    process.stderr.write(`not run: test/e2e/hostile-dumps.shared.test.ts (no ${folder})\n`);
    expect(existsSync(folder)).toBe(false);
  });
}
