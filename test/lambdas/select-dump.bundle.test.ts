import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newDrillState } from '../../lib/domain/drill/drill-state.ts';
import { type AwsOverHttp, awsOverHttp } from '../containers/aws-over-http.ts';
import { bundleLambdas } from '../support/built-parts.ts';
import { theConfig } from './door-world.ts';

const dumpFile = 'shop_20261120T020000Z.sql.gz';
let outdir: string;
let aws: AwsOverHttp;
let folders: Record<string, string>;
beforeAll(async () => {
  outdir = mkdtempSync(join(tmpdir(), 'restore-drill-bundles-'));
  folders = bundleLambdas(outdir, theConfig());
  aws = await awsOverHttp({ secret: '' });
});
afterAll(async () => {
  await aws.stop();
  rmSync(outdir, { recursive: true, force: true });
});

/** Runs the bundle as Lambda does: nothing but its folder, and AWS over the network. */
function invoke(name: string, state: object): Promise<Record<string, unknown>> {
  const folder = folders[name] ?? '';
  const script = `const { handler } = await import(${JSON.stringify(pathToFileURL(join(folder, 'index.mjs')).href)});
const output = await handler(${JSON.stringify(state)});
process.stderr.write('\\n@' + JSON.stringify(output));`;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: folder,
      env: { ...aws.environment, LEDGER_TABLE: 'ledger', LAMBDA_TASK_ROOT: folder },
    });
    let told = '';
    child.stderr.on('data', (piece: Buffer) => {
      told += piece.toString();
    });
    child.on('exit', () => {
      const output = /\n@(.*)$/s.exec(told)?.[1];
      if (output === undefined) reject(new Error(told));
      else resolve(JSON.parse(output) as Record<string, unknown>);
    });
  });
}

describe('the bundle of select-dump', () => {
  const started = newDrillState({
    drillId: 'd1',
    database: 'shop',
    operator: 'schedule',
    startedAt: '2026-11-20T03:00:00Z',
  });

  test('reads a plain dump to where its server is named', async () => {
    aws.objects.set(`backups/${dumpFile}`, readFileSync(`examples/${dumpFile}`));

    const selected = await invoke('select-dump', { ...started, stage: 'accepted' });

    expect(selected).toMatchObject({ stage: 'dump selected', dump: { header: { majorVersion: 15 } } });
  });

  test('reads past the rows of a dump that names no server, with the parser of PostgreSQL', async () => {
    const written = "CREATE TABLE t (name text);\nCOPY t (name) FROM stdin;\nit's not SQL; $$ (\n\\.\n";
    aws.objects.clear();
    aws.objects.set('backups/shop_20261120T020000Z.sql.gz', Buffer.from(written));

    const selected = await invoke('select-dump', { ...started, stage: 'accepted' });

    expect(selected).toMatchObject({
      stage: 'dump selected',
      dump: { header: { majorVersion: null, format: { layout: 'plain', wrappings: [] } } },
    });
  });
});
