import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ReceivingServer, startReceivingServer } from '../support/receiving-server.ts';
import { repositoryRoot } from '../support/repository-root.ts';
import { cutAt, shopFile } from './support/fixtures.ts';
import { World } from './support/world.ts';

let world: World;
let server: ReceivingServer;

beforeEach(async () => {
  world = await World.open();
  server = await startReceivingServer({ tls: true });
});
afterEach(async () => {
  await server.stop();
  world.remove();
});

const signing = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const slackPath = '/services/T0/B0/very-secret-path';

const notify = [
  'notify:',
  '  slack: { urlEnv: SLACK_URL }',
  '  webhook: { urlEnv: HOOK_URL, secretFile: ./signing-secret }',
  '  healthcheck: { urlFile: ./ping-url, start: true }',
  '  prometheus: { directory: ./textfile }',
];

/** A machine whose drills.yaml names everyone. */
function told(lines = notify): { env: NodeJS.ProcessEnv } {
  world.configuration(...lines);
  mkdirSync(world.path('textfile'), { recursive: true });
  writeFileSync(world.path('signing-secret'), `${signing}\n`);
  writeFileSync(world.path('ping-url'), `${server.origin}/ping/restore-{database}\n`);
  return {
    env: {
      SLACK_URL: `${server.origin}${slackPath}`,
      HOOK_URL: `${server.origin}/events`,
      NODE_EXTRA_CA_CERTS: server.authority ?? '',
    },
  };
}

const shop = readFileSync(shopFile);
const good = (day: string) => world.backup(`shop_202611${day}T020000Z.sql.gz`, shop);
const broken = (day: string) => world.backup(`shop_202611${day}T020000Z.sql.gz`, cutAt(shop, 0.5));
const paths = () => server.received.map(({ path }) => path);
const at = (path: string) => server.received.filter((one) => one.path === path);

/** The documented snippet, as a reader would paste it. */
async function documentedVerify(): Promise<
  (headers: object, body: string, secret: string, nowSeconds?: number) => void
> {
  const text = readFileSync(join(repositoryRoot, 'docs/notifications.md'), 'utf8');
  const code = /^```js\n([\s\S]*?)^```$/m.exec(text)?.[1] ?? '';
  const file = world.path('verify.mjs');
  writeFileSync(file, code);
  return (
    (await import(pathToFileURL(file).href)) as { verify: Awaited<ReturnType<typeof documentedVerify>> }
  ).verify;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('a drill of the built program tells', () => {
  test('a failure and the recovery to slack, every drill to the others', async () => {
    const { env } = told();
    good('20');
    await world.run(['run', 'shop'], { env });
    expect(paths().sort()).toEqual(['/events', '/ping/restore-shop', '/ping/restore-shop/start']);

    server.received.length = 0;
    broken('21');
    const failed = await world.drill(['shop'], { env });
    expect(failed.code).toBe(1);
    expect(paths().sort()).toEqual([
      ...['/events', '/ping/restore-shop/fail', '/ping/restore-shop/start', slackPath],
    ]);
    expect(at(slackPath)[0]?.body).toContain('shop: NOT PROVEN');
    expect(at('/ping/restore-shop/fail')[0]?.body).toContain('NOT_PROVEN DUMP_');

    server.received.length = 0;
    good('22');
    await world.run(['run', 'shop'], { env });
    expect(at(slackPath)[0]?.body).toContain('shop: PROVEN again');

    server.received.length = 0;
    await world.run(['run', 'shop'], { env });
    expect(at(slackPath)).toEqual([]);
  });

  test('an event that the documented lines verify, whose record is the one in the reports', async () => {
    const { env } = told();
    good('20');
    const { record } = await world.drill(['shop', '--out', world.path('out')], { env });
    const [{ headers, body } = { headers: {}, body: '' }] = at('/events');
    const verify = await documentedVerify();

    expect(() => verify(headers, body, signing)).not.toThrow();
    expect(() => verify(headers, body.replace('PROVEN', 'PROVED'), signing)).toThrow('not signed');
    expect(() => verify(headers, body, signing.toLowerCase())).toThrow('not signed');
    expect(() => verify(headers, body, signing, Date.now() / 1000 + 600)).toThrow('too old');
    const { type, data } = JSON.parse(body) as { type: string; data: Record<string, unknown> };
    const schema = JSON.parse(
      readFileSync(join(repositoryRoot, 'docs/drill-event.schema.json'), 'utf8'),
    ) as object;
    const ajv = new Ajv({ strict: false, validateFormats: false });
    expect(ajv.validate(schema, data), ajv.errorsText()).toBe(true);
    expect(type).toBe('Drill Sealed');
    expect(data).toMatchObject({ drillId: record.drillId, verdict: 'PROVEN' });
    const published = readFileSync(world.path('out', 'record.json'));
    expect(data.recordSha256).toBe(createHash('sha256').update(published).digest('hex'));
  });

  test('metrics that say when it was proven, also after a failure', async () => {
    const { env } = told();
    good('20');
    const proven = await world.drill(['shop'], { env });
    broken('21');
    await world.drill(['shop'], { env });
    const text = readFileSync(world.path('textfile', 'restore_drill_shop.prom'), 'utf8');
    expect(text).toContain(
      `restore_drill_last_proven_timestamp_seconds{database="shop"} ${Date.parse(proven.record.endedAt) / 1000}\n`,
    );
    expect(text).toContain('restore_drill_last_run_verdict{database="shop",verdict="NOT_PROVEN"} 1\n');
  });
});

describe('who cannot be told', () => {
  test('changes no verdict, is said on stderr, and no secret is said or kept anywhere', async () => {
    const { env } = told();
    server.answer = (response, { body }) => {
      response.writeHead(404, { 'content-type': 'text/plain' }).end(body);
    };
    const away = await startReceivingServer();
    await away.stop();
    broken('21');
    const drilled = await world.drill(['shop'], { env: { ...env, HOOK_URL: `${away.origin}/events` } });

    expect(drilled.code).toBe(1);
    expect(drilled.stderr).toContain('could not send "drill sealed" to slack: it answered HTTP 404');
    expect(drilled.stderr).toContain('could not send "drill sealed" to webhook: no answer (ECONNREFUSED)');
    expect(drilled.stderr).toContain('could not send "drill began" to healthcheck: it answered HTTP 404');
    const kept = filesBelow(world.stateDirectory).map((file) => readFileSync(file, 'utf8'));
    expect(kept.length).toBeGreaterThan(3);
    for (const text of [drilled.stderr, drilled.stdout, ...kept]) {
      expect(text).not.toContain('very-secret-path');
      expect(text).not.toContain(signing);
      expect(text).not.toContain(away.origin);
    }
  }, 240_000);

  test('for want of a secret is said by its name', async () => {
    told(['notify: { slack: { urlEnv: SLACK_URL, on: every } }']);
    good('20');
    const { code, stderr } = await world.run(['run', 'shop']);
    expect(code).toBe(0);
    expect(stderr).toContain('to slack: the environment variable SLACK_URL holds no secret');
  });

  test('is not waited for when the drill is interrupted', async () => {
    const { env } = told(['notify: { slack: { urlEnv: SLACK_URL } }']);
    server.answer = () => {};
    broken('21');
    const drill = world.start(['run', 'shop'], { env });
    await drill.said(/Tear down sandbox/);
    drill.kill('SIGINT');
    const begun = Date.now();
    await drill.ended;
    expect(Date.now() - begun).toBeLessThan(8000);
  });
});

describe('notify test and doctor', () => {
  test('send everyone a test, or nothing at all', async () => {
    const { env } = told();
    const looked = await world.run(['doctor', '--config', 'drills.yaml'], { env });
    expect(looked.stdout).toContain('ok       notify slack of shop: its URL is at hand');
    expect(looked.stdout).toContain(
      'ok       notify webhook of shop: its URL and signing secret are at hand',
    );
    expect(looked.stdout).toContain(
      `ok       notify prometheus of shop: ${world.path('textfile')} can be written`,
    );
    expect(server.received).toEqual([]);

    const tested = await world.run(['notify', 'test'], { env });
    expect(tested).toMatchObject({ code: 0, stderr: '' });
    expect(tested.stdout).toContain('ok       slack of shop: a test message was taken');
    expect(paths().sort()).toEqual(['/events', '/ping/restore-shop/log', slackPath]);
    expect(readdirSync(world.path('textfile'))).toEqual([]);
  });

  test('say what is missing, and end with 2', async () => {
    told();
    for (const words of [
      ['doctor', '--config', 'drills.yaml'],
      ['notify', 'test', 'shop'],
    ]) {
      const { code, stdout } = await world.run(words);
      expect(code).toBe(2);
      expect(stdout).toMatch(
        /problem {2}.*slack of shop: the environment variable SLACK_URL holds no secret/,
      );
    }
  });

  test('refuse what is named nowhere', async () => {
    world.configuration();
    const nobody = await world.run(['notify', 'test']);
    expect(nobody.stderr).toContain('names nobody to notify');
    const unknown = await world.run(['notify', 'test', 'shopp']);
    expect(unknown.stderr).toContain('there is no database "shopp"');
  });
});
