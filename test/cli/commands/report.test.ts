import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyPathsIn, makeKey } from '../../../lib/adapters/seals/key-files.ts';
import { report } from '../../../lib/cli/commands/report.ts';
import { reportSite } from '../../../lib/cli/commands/report-site.ts';
import { show } from '../../../lib/cli/commands/show.ts';
import { verify } from '../../../lib/cli/commands/verify.ts';
import { textOf } from '../../support/html-page.ts';
import { type SealedState, sealedState } from '../../support/sealed-drills.ts';
import { captured } from '../remote/support/captured.ts';

let signed: SealedState;
let unsigned: SealedState;
let keyId: string;
let elsewhere: string;
beforeAll(async () => {
  signed = await sealedState();
  ({ keyId } = await makeKey(signed.folder));
  await signed.seal('drill-1', 1);
  unsigned = await sealedState();
  await unsigned.seal('drill-1', 1);
  elsewhere = await mkdtemp(join(tmpdir(), 'restore-drill-reports-'));
  await makeKey(elsewhere);
});
afterAll(async () => {
  for (const folder of [signed.folder, unsigned.folder, elsewhere])
    await rm(folder, { recursive: true, force: true });
});

const words = (page: string): string => textOf(page).replace(/\s+/g, ' ');

async function printed(of: SealedState, options: { key?: string[]; format?: 'html' | 'markdown' } = {}) {
  const { stdout } = await captured(() =>
    report('drill-1', { format: 'html', stateDir: of.folder, ...options }),
  );
  return stdout;
}

describe('a report that is made anew', () => {
  test('names the key that its record was signed with, and what verified it', async () => {
    const page = words(await printed(signed));

    expect(page).toContain(
      `The record was signed with the key ${keyId} , verified with the key of the machine that made this report`,
    );
    expect(page).toContain(
      'The seal names the SHA-256 of this record. This report was made anew from the record and is not part of the seal.',
    );
    expect(page).not.toContain('Not signed');
  });

  test('says by which key of somebody else it was verified', async () => {
    const own = keyPathsIn(signed.folder).publicKey;

    expect(words(await printed(signed, { key: [own] }))).toContain(
      'verified with the public key that was given for this report',
    );
    expect(await printed(signed, { key: [own], format: 'markdown' })).toContain(
      `| Seal | The record was signed with the key ${keyId}, verified`,
    );
  });

  test('says that nothing was verified where only another key was given', async () => {
    const page = words(await printed(signed, { key: [keyPathsIn(elsewhere).publicKey] }));

    expect(page).toContain(
      `It says that it is signed with the key ${keyId} . This could not be verified: another key was given.`,
    );
  });

  test('says that nothing was verified where there is no key', async () => {
    const moved = await sealedState(async () => ({
      keyId: 'key-of-elsewhere',
      sign: async () => new Uint8Array(64),
    }));
    await moved.seal('drill-1', 1);

    expect(words(await printed(moved))).toContain(
      'It says that it is signed with the key key-of-elsewhere . This was not verified: no key was given.',
    );
    await rm(moved.folder, { recursive: true });
  });

  test('tells a seal that was altered, and one that cannot be read', async () => {
    const altered = await sealedState();
    await makeKey(altered.folder);
    await altered.seal('drill-1', 1);
    const file = join(altered.drillFolder('drill-1'), 'seal.dsse.json');
    const envelope = JSON.parse(await readFile(file, 'utf8')) as { payload: string };
    const payload = Buffer.from(envelope.payload, 'base64')
      .toString()
      .replace('"PROVEN"', '"NOT_PROVEN"')
      .replace(/"sha256":"./, '"sha256":"0');
    await writeFile(file, JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString('base64') }));
    const page = words(await printed(altered));
    await writeFile(file, 'no seal');
    const unread = words(await printed(altered));
    await rm(altered.folder, { recursive: true });

    expect(page).toContain('THE SIGNATURE DOES NOT HOLD');
    expect(unread).toContain(
      'Whether the record is signed is not known: seal.dsse.json: it is no DSSE envelope',
    );
  });

  test('of an unsigned drill says so', async () => {
    expect(words(await printed(unsigned))).toContain('Signature Not signed.');
    const { stdout } = await captured(() =>
      show('drill-1', { format: 'markdown', stateDir: unsigned.folder }),
    );
    expect(stdout).toContain('| Seal | Not signed.');
  });

  test('says the same on the pages of all drills, and where it is shown', async () => {
    const site = join(elsewhere, 'site');
    await captured(() => reportSite({ site, stateDir: signed.folder }));
    const page = await readFile(join(site, 'drills', 'drill-1', 'report.html'), 'utf8');
    const { stdout } = await captured(() => show('drill-1', { format: 'markdown', stateDir: signed.folder }));

    expect(words(page)).toContain(`The record was signed with the key ${keyId}`);
    expect(stdout).toContain(`| Seal | The record was signed with the key ${keyId}`);
  });
});

describe('reports that are written into a folder', () => {
  test('are those that were sealed, with their seal, so that they verify', async () => {
    const out = join(elsewhere, 'copy');
    await captured(() => report('drill-1', { format: 'markdown', stateDir: signed.folder, out }));
    const { code, stdout } = await captured(() =>
      verify(out, { key: [keyPathsIn(signed.folder).publicKey] }),
    );

    expect(stdout).toContain('1 drill verified.');
    expect(code).toBe(0);
  });

  test('are made anew where a sealed one was lost, without a seal that is of others, and say so', async () => {
    const lost = await sealedState();
    await makeKey(lost.folder);
    await lost.seal('drill-1', 1);
    await rm(join(lost.drillFolder('drill-1'), 'report.html'));
    const out = join(elsewhere, 'lost');
    const { code, stderr } = await captured(() =>
      report('drill-1', { format: 'markdown', stateDir: lost.folder, out }),
    );
    await rm(lost.folder, { recursive: true });

    expect(code).toBe(0);
    expect(stderr).toContain('no seal is of them');
    expect((await readdir(out)).sort()).toEqual(['junit.xml', 'record.json', 'report.html', 'report.md']);
  });
});
