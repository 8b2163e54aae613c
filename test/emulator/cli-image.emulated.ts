import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shopFile } from '../e2e/support/fixtures.ts';
import { repositoryRoot } from '../support/repository-root.ts';
import {
  authoritiesInside,
  buildTree,
  enterCommand,
  type ImageTree,
  removeTree,
  treeObstacle,
} from './support/image-tree.ts';
import { wordsOf } from './support/recipe.ts';

const obstacle = treeObstacle();
if (obstacle !== null)
  process.stderr.write(`The image of the command line is NOT carried out in this run: ${obstacle}.\n`);

/** In the words of pg_dump: its index calls a function that sleeps a second for each row. */
const slowDump = `--
-- PostgreSQL database dump
--

-- Dumped from database version 15.1
-- Dumped by pg_dump version 15.1

SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);

CREATE FUNCTION public.slow(n integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_catalog.pg_sleep(1); RETURN n; END $$;

CREATE TABLE public.numbers (n integer);

COPY public.numbers (n) FROM stdin;
${Array.from({ length: 100 }, (_, n) => `${n}\n`).join('')}\\.

CREATE INDEX slow ON public.numbers (public.slow(n));

--
-- PostgreSQL database dump complete
--

`;

/** The recipe of containers/cli, carried out without an engine, and drills by what comes out. */
describe.skipIf(obstacle !== null)('the image of the command line', () => {
  let directory: string;
  let tree: ImageTree;

  /** `docker run` of it: a read-only root, its volumes, and a folder of the user mounted at /work. */
  function container(words: string[]): ChildProcess {
    const {
      program,
      words: all,
      env,
    } = enterCommand(tree, {
      words: [...wordsOf(tree.recipe, 'ENTRYPOINT'), ...words],
      environment: { NODE_EXTRA_CA_CERTS: authoritiesInside },
      files: { [join(directory, 'work')]: '/work' },
    });
    return spawn(program, all, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  interface Ended {
    code: number | null;
    stdout: string;
    stderr: string;
  }
  function ended(child: ChildProcess, heard: (text: string) => void = () => {}): Promise<Ended> {
    const written = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        written[stream] += text;
        heard(written.stderr);
      });
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...written })));
  }

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'cli-image-'));
    chmodSync(directory, 0o711);
    mkdirSync(join(directory, 'work'));
    writeFileSync(join(directory, 'work/shop.sql.gz'), readFileSync(shopFile));
    writeFileSync(join(directory, 'work/slow.sql'), slowDump);
    tree = buildTree(repositoryRoot, directory, {
      recipe: join(repositoryRoot, 'containers/cli/Dockerfile'),
    });
    process.stderr.write(
      `Of the image of the command line, done otherwise: ${tree.substitutions.join('; ')}.\n`,
    );
  }, 900_000);
  afterAll(() => {
    if (tree !== undefined) removeTree(tree);
    rmSync(directory, { recursive: true, force: true });
  });

  test('drills a dump of the user as a user without rights, and tells the verdict', async () => {
    const { code, stdout, stderr } = await ended(container(['run', '--json', '--dump', '/work/shop.sql.gz']));
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'PROVEN', teardown: { confirmed: true } });
  }, 300_000);

  test('ends at the signal of docker stop well within its ten seconds, with a record', async () => {
    const child = container(['run', '--json', '--dump', '/work/slow.sql']);
    let stopped = 0;
    const end = ended(child, (stderr) => {
      if (stopped !== 0 || !stderr.includes('Restore dump into sandbox')) return;
      stopped = Date.now();
      child.kill('SIGTERM');
    });
    const { code, stdout } = await end;
    expect(Date.now() - stopped).toBeLessThan(10_000);
    expect({ code, record: JSON.parse(stdout) as object }).toMatchObject({
      code: 2,
      record: { verdict: 'COULD_NOT_VERIFY', teardown: { confirmed: true } },
    });
  }, 300_000);

  test('has no package of the stack, and none of development', () => {
    for (const name of ['aws-cdk-lib', 'typescript', 'vitest'])
      expect(spawnSync('ls', [join(tree.root, 'app/node_modules', name)]).status, name).not.toBe(0);
  });
});
