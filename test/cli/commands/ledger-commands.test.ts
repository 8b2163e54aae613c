import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { audit } from '../../../lib/cli/commands/audit.ts';
import { history } from '../../../lib/cli/commands/history.ts';
import { report } from '../../../lib/cli/commands/report.ts';
import { reportSite } from '../../../lib/cli/commands/report-site.ts';
import { show } from '../../../lib/cli/commands/show.ts';
import { publishRecord } from '../../../lib/steps/publish-record.ts';
import { awsError } from '../../support/aws/scripted-client.ts';
import { inMemoryEvidence } from '../../support/in-memory-evidence.ts';
import { aFailedRecord, aRecord } from '../../support/records.ts';
import { captured } from '../remote/support/captured.ts';
import { FakeAccount } from '../remote/support/fake-account.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'restore-drill-ledger-commands-'));
  folders.push(made);
  return made;
}

const older = aRecord({ drillId: '20261120T030000Z-shop-aaaa', startedAt: '2026-11-20T03:00:00.000Z' });
const newer = aFailedRecord({
  drillId: '20261121T030000Z-billing-bbbb',
  database: 'billing',
  startedAt: '2026-11-21T03:00:00.000Z',
});
const account = () => new FakeAccount().withRecord(older, newer);

describe('history in an account', () => {
  test('shows the records of all deployed databases, newest first', async () => {
    const { surroundings } = await account();

    const { code, stdout } = await captured(() => history(undefined, { limit: 20, aws: true }, surroundings));

    expect(code).toBe(0);
    expect(stdout.indexOf(newer.drillId)).toBeGreaterThan(0);
    expect(stdout.indexOf(older.drillId)).toBeGreaterThan(stdout.indexOf(newer.drillId));
  });

  test('of one database shows no other', async () => {
    const { surroundings } = await account();
    const { stdout } = await captured(() =>
      history('shop', { limit: 20, aws: true, json: true }, surroundings),
    );
    expect((JSON.parse(stdout) as { drillId: string }[]).map(({ drillId }) => drillId)).toEqual([
      older.drillId,
    ]);
  });

  test('of a database that was never drilled says so, and which were', async () => {
    const { surroundings } = await account();

    const { code, stdout, stderr } = await captured(() =>
      history('shopp', { limit: 20, aws: true }, surroundings),
    );

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      'restore-drill: no drill of shopp is in the ledger\nHINT: Did you mean shop? It has drills of billing, shop.\n',
    );
  });

  test('names the right that is missing', async () => {
    const { surroundings } = new FakeAccount().on({
      'DynamoDB.Query': () => {
        throw awsError('AccessDeniedException', 'no', 403);
      },
    });
    await expect(captured(() => history(undefined, { limit: 20, aws: true }, surroundings))).rejects.toThrow(
      'may not dynamodb:Query',
    );
  });
});

describe('show and report in an account', () => {
  test('show the newest record, or the one that is named', async () => {
    const { surroundings } = await account();
    const shown = (drill?: string) =>
      captured(() => show(drill, { format: 'json', stack: 'restore-drill' }, surroundings));

    expect(JSON.parse((await shown()).stdout)).toMatchObject({ drillId: newer.drillId });
    expect(JSON.parse((await shown(older.drillId)).stdout)).toMatchObject({ drillId: older.drillId });
  });

  test('print one report', async () => {
    const { surroundings } = await account();
    const printed = async (format: 'markdown' | 'json' | 'junit') =>
      (await captured(() => report(older.drillId, { format, aws: true }, surroundings))).stdout;

    expect(await printed('markdown')).toMatch(/^# /);
    expect(await printed('junit')).toMatch(/^<\?xml/);
    expect(JSON.parse(await printed('json'))).toMatchObject({ drillId: older.drillId });
  });

  test('write all reports into a folder', async () => {
    const { surroundings } = await account();
    const out = join(await folder(), 'new', 'reports');

    const { code, stdout } = await captured(() =>
      report(older.drillId, { format: 'markdown', aws: true, out }, surroundings),
    );

    expect([code, stdout]).toEqual([0, '']);
    expect((await readdir(out)).sort()).toEqual(['junit.xml', 'record.json', 'report.html', 'report.md']);
    expect(await readFile(join(out, 'report.md'), 'utf8')).toContain('PROVEN');
  });

  test('write the reports of a sealed drill as the bucket has them, with their seal', async () => {
    const fake = await account();
    const evidence = inMemoryEvidence();
    await publishRecord(older, null, {
      ...{
        exports: [],
        evidence,
        mishaps: { tell: ({ error }: { error: unknown }) => expect.unreachable(String(error)) },
      },
      provenance: { signer: async () => ({ keyId: 'a-key', sign: async () => new Uint8Array(64) }) },
    } as unknown as Parameters<typeof publishRecord>[2]);
    fake.on({
      'S3.GetObject': ({ Key }) => ({
        Body: { transformToString: async () => evidence.kept.get(String(Key).replace('drills/', '')) },
      }),
    });
    const out = join(await folder(), 'reports');
    await captured(() => report(older.drillId, { format: 'markdown', aws: true, out }, fake.surroundings));
    const { stdout } = await captured(() =>
      report(older.drillId, { format: 'markdown', aws: true }, fake.surroundings),
    );

    for (const name of ['record.json', 'report.html', 'report.md', 'junit.xml', 'seal.dsse.json'])
      expect(await readFile(join(out, name), 'utf8')).toBe(evidence.kept.get(`${older.drillId}/${name}`));
    expect(stdout).toContain(
      'It says that it is signed with the key a-key. This was not verified: no key was given.',
    );
  });

  test('say what is not known of a seal that may not be read', async () => {
    const fake = (await account()).on({
      'S3.GetObject': () => {
        throw awsError('AccessDenied', 'no', 403);
      },
    });
    const { stdout } = await captured(() =>
      report(older.drillId, { format: 'markdown', aws: true }, fake.surroundings),
    );
    expect(stdout).toContain('| Seal | Whether the record is signed is not known: cannot read s3');
  });

  test('say when the folder cannot be written', async () => {
    const { surroundings } = await account();
    const file = join(await folder(), 'a-file');
    await writeFile(file, '');
    await expect(
      captured(() => report(older.drillId, { format: 'markdown', aws: true, out: file }, surroundings)),
    ).rejects.toMatchObject({ code: 'EVIDENCE_UNWRITABLE', hint: expect.stringContaining('--out') });
  });

  test('exit with 2 for a drill that is not in the ledger', async () => {
    const { surroundings } = await account();
    for (const run of [
      () => show('nobody', { format: 'text', aws: true }, surroundings),
      () => report('nobody', { format: 'markdown', aws: true }, surroundings),
    ]) {
      const { code, stderr } = await captured(run);
      expect(code).toBe(2);
      expect(stderr).toContain('there is no drill "nobody" in the ledger');
    }
  });
});

describe('report --site', () => {
  test('writes an index, a page of each database and the report of each drill, from an account', async () => {
    const { surroundings } = await account();
    const site = join(await folder(), 'site');

    const { code, stderr } = await captured(() => reportSite({ site, aws: true }, surroundings));

    expect(code).toBe(0);
    expect(stderr).toMatch(/wrote .*index\.html \(\d+ databases?, \d+ reports\)/);
    const index = await readFile(join(site, 'index.html'), 'utf8');
    for (const [, page = ''] of index.matchAll(/href="(databases[^"]+)"/g)) {
      const text = await readFile(join(site, page), 'utf8');
      for (const [, report = ''] of text.matchAll(/href="([^"#]+report\.html)"/g))
        expect(await readFile(join(site, 'databases', report), 'utf8')).toContain('<!DOCTYPE html>');
    }
    expect(await readFile(join(site, 'drills', older.drillId, 'report.html'), 'utf8')).toContain(
      older.drillId,
    );
  });

  test('says when drills are due, by drills.yaml', async () => {
    const [stateDir, site] = [await folder(), await folder()];
    const config = join(stateDir, 'drills.yaml');
    await writeFile(
      config,
      'databases:\n  shop:\n    source: { bucket: acme-backups, prefix: p/ }\n    schedule: { cron: "0 3 1 * ? *" }\n',
    );

    await captured(() => reportSite({ site, stateDir, config }));
    expect(await readFile(join(site, 'index.html'), 'utf8')).toMatch(/\d{4}-\d\d-01 03:00/);
    await captured(() => reportSite({ site, stateDir }));
    expect(await readFile(join(site, 'index.html'), 'utf8')).toContain('No drill is in the ledger yet.');
  });

  test('is asked for where no drill is named', async () => {
    await expect(
      captured(async () => report(undefined, { format: 'markdown', stateDir: await folder() })),
    ).rejects.toMatchObject({ code: 'REQUEST_INVALID', hint: expect.stringContaining('--site') });
  });
});

describe('audit', () => {
  test('writes a page and tables of a period, from an account', async () => {
    const { surroundings } = await account();
    const out = join(await folder(), 'q1');
    const from = older.startedAt.slice(0, 10);

    const { code, stderr } = await captured(() => audit({ from, out, aws: true }, surroundings));

    expect(code).toBe(0);
    expect(stderr).toMatch(/wrote .*audit\.html and 4 tables beside it \(\d+ databases?, \d+ drills\)/);
    expect(stderr).toContain('give drills.yaml with --config');
    expect((await readdir(out)).sort()).toEqual([
      ...['audit.html', 'controls.csv', 'drills.csv', 'exceptions.csv', 'schedule.csv'],
    ]);
    expect(await readFile(join(out, 'drills.csv'), 'utf8')).toContain(older.drillId);
  });

  test('takes a day as --to to its end, and refuses a period that is empty', async () => {
    const { surroundings } = await account();
    const out = await folder();
    const day = older.startedAt.slice(0, 10);

    await captured(() => audit({ from: day, to: day, out, aws: true }, surroundings));
    expect(await readFile(join(out, 'drills.csv'), 'utf8')).toContain(older.drillId);
    await expect(
      captured(() => audit({ from: '2099-01-01', out, aws: true }, surroundings)),
    ).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});

describe('without --aws and --stack', () => {
  test('history and report read the ledger of this machine and nothing else', async () => {
    const fake = await account();
    const stateDir = await folder();

    const { stdout } = await captured(() => history(undefined, { limit: 20, stateDir }, fake.surroundings));
    const { code } = await captured(() =>
      report(older.drillId, { format: 'markdown', stateDir }, fake.surroundings),
    );

    expect(stdout).toBe('No drill is in the ledger yet.\n');
    expect(code).toBe(2);
    expect(fake.calls).toEqual([]);
  });
});
