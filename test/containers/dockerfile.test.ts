import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hookFolder } from '../../lib/contract/names.ts';
import { type Instruction, readRecipe, stageOf } from '../emulator/support/recipe.ts';
import { bundleRestoreImage } from '../support/built-parts.ts';

let context: string;
/** What a build makes that names no target. */
let recipe: Instruction[];
let withServers: Instruction[];
beforeAll(() => {
  context = bundleRestoreImage(mkdtempSync(join(tmpdir(), 'restore-drill-image-')));
  const stages = readRecipe(readFileSync(join(context, 'Dockerfile'), 'utf8'));
  recipe = stageOf(stages);
  withServers = stageOf(stages, 'sandbox');
});
afterAll(() => rmSync(context, { recursive: true, force: true }));

const of = (verb: string, instructions = recipe) =>
  instructions.filter(({ name }) => name === verb).map(({ text }) => text);

describe('the recipe of the restore image', () => {
  test('pins everything that it takes from elsewhere', () => {
    expect(of('FROM')).toEqual([
      expect.stringMatching(/^node:24\.\d+\.\d+-trixie-slim@sha256:[0-9a-f]{64}$/),
    ]);
    expect(of('ADD')).toEqual([]);
    expect(of('RUN').join()).not.toMatch(/curl|wget|npm|\bapt\b|apt-get|\blatest\b/);
  });

  test('ends as a user without a name to log in with, whose only writable places are volumes', () => {
    expect(of('USER')).toEqual(['10001:10001']);
    expect(of('ENTRYPOINT')).toEqual(['["node", "/app/main.mjs"]']);
    expect(of('RUN').join()).toContain('/usr/sbin/nologin');
    const volumes = JSON.parse(of('VOLUME')[0] ?? '[]') as string[];
    expect(volumes).toEqual(['/tmp', hookFolder]);
    // ECS gives a volume the owner and mode that the image has there, so both come before VOLUME.
    const made = recipe.findIndex(({ text }) => text.includes(`install -d -o 10001 -g 10001 ${hookFolder}`));
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThan(recipe.findIndex(({ name }) => name === 'VOLUME'));
  });

  test('copies a folder that runs by itself, unwritable and as another user', () => {
    const root = mkdtempSync(join(tmpdir(), 'restore-drill-root-'));
    chmodSync(root, 0o755);
    for (const [from = '', to = ''] of of('COPY').map((words) => words.split(' ')))
      cpSync(join(context, from), join(root, to), { recursive: true });
    const app = join(root, 'app');
    expect(readdirSync(app).sort()).toEqual(['libpg-query.wasm', 'main.mjs', 'rds-global-bundle.pem']);
    for (const name of readdirSync(app)) chmodSync(join(app, name), 0o444);
    chmodSync(app, 0o555);
    const entry = (JSON.parse(of('ENTRYPOINT')[0] ?? '[]') as string[])[1] ?? '';
    const nobody = process.getuid?.() === 0 ? { uid: 10001, gid: 10001 } : {};

    const { status, stderr } = spawnSync(process.execPath, [join(root, entry)], {
      ...nobody,
      cwd: app,
      env: { RDS_CA_BUNDLE: join(app, 'rds-global-bundle.pem'), NODE_ENV: 'production' },
      encoding: 'utf8',
    });

    chmodSync(app, 0o755);
    rmSync(root, { recursive: true, force: true });
    expect(JSON.parse(stderr)).toMatchObject({
      message: 'the task was started without a usable COMMAND',
      failure: { name: 'INTERNAL_ERROR' },
    });
    expect(status).toBe(1);
  });

  test('sends nothing but the application to the build', () => {
    expect(readFileSync(join(context, '.dockerignore'), 'utf8')).toBe('*\n!app\n!servers-root.sh\n');
    expect(readdirSync(context).sort()).toEqual([
      ...['.dockerignore', 'Dockerfile', 'app', 'servers-root.sh'],
    ]);
  });
});

describe('the recipe of the restore image with servers', () => {
  test('stands on the same base, and takes what it adds from signed archives', () => {
    expect(of('FROM', withServers)).toEqual(of('FROM'));
    expect(of('ADD', withServers)).toEqual([]);
    const added = of('RUN', withServers).join();
    expect(added).toContain('deb [signed-by=/usr/share/postgresql-common/pgdg/apt.postgresql.org.asc] $PGDG');
    expect(added).not.toMatch(/curl|wget|npm|trusted=|allow-unauthenticated|\blatest\b/);
    expect(of('ARG', withServers)).toContain('MAJORS="13 14 15 16 17 18"');
  });

  test('ends as root, who gives the server another user, and has a volume below the root of servers', () => {
    expect(of('USER', withServers)).toEqual(['0:0']);
    expect(JSON.parse(of('VOLUME', withServers)[0] ?? '[]')).toEqual(['/tmp', hookFolder, '/pg/data']);
    expect(of('RUN', withServers).join()).toMatch(/servers-root\.sh \/pg \d+$/);
    expect(of('ENTRYPOINT', withServers)).toEqual(of('ENTRYPOINT'));
  });
});
