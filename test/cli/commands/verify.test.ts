import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keyPathsIn, makeKey } from '../../../lib/adapters/seals/key-files.ts';
import { sha256 } from '../../../lib/adapters/seals/record-digest.ts';
import { verify } from '../../../lib/cli/commands/verify.ts';
import type { Verification } from '../../../lib/domain/record/seal/verification.ts';
import { type SealedState, sealedState } from '../../support/sealed-drills.ts';

let state: SealedState;
const folders: string[] = [];

beforeEach(async () => {
  state = await sealedState();
  folders.push(state.folder);
  await makeKey(state.folder);
  await state.seal('a', 1);
  await state.seal('b', 2);
  await state.seal('of-another', 2, { database: 'crm' });
  await state.seal('c', 3);
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Exit code, and what was wrong with which drill. */
async function verified(path?: string, options: Parameters<typeof verify>[1] = {}) {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((written) => {
    text += String(written);
    return true;
  });
  const exitCode = await verify(path, { stateDir: state.folder, json: true, ...options });
  vi.restoreAllMocks();
  const { drills, problems, notes } = JSON.parse(text) as Verification;
  const wrong = drills.flatMap(({ drillId, problems: own }) => own.map(({ kind }) => `${drillId}: ${kind}`));
  return {
    exitCode,
    wrong: [...wrong, ...problems.map(({ kind }) => kind)].sort(),
    seen: drills.map(({ drillId }) => drillId),
    details: JSON.stringify([drills.map((drill) => drill.problems), problems]),
    notes,
  };
}

const inFolder = (drillId: string, file: string) => join(state.drillFolder(drillId), file);
const edit = (path: string, change: (text: string) => string) =>
  writeFileSync(path, change(readFileSync(path, 'utf8')));
const ledger = () => join(state.folder, 'ledger.jsonl');
const dropLine = (drillId: string) =>
  edit(ledger(), (text) =>
    text
      .split('\n')
      .filter((line) => !line.includes(`"drillId":"${drillId}","database"`))
      .join('\n'),
  );

describe('what was sealed', () => {
  test('is verified whole, drill by drill', async () => {
    expect(await verified()).toMatchObject({
      exitCode: 0,
      wrong: [],
      seen: ['a', 'b', 'of-another', 'c'],
      notes: [],
    });
  });

  test('is verified in one folder, anywhere, with the public key alone', async () => {
    const { publicKey } = keyPathsIn(state.folder);
    const key = join(state.folder, 'handed-on.pem');
    copyFileSync(publicKey, key);
    rmSync(publicKey);
    const answer = await verified(state.drillFolder('b'), { key: [key] });
    expect(answer).toMatchObject({ exitCode: 0, seen: ['b'] });
    expect(answer.notes[0]).toContain('the record of a, before b, was not given');
  });

  test('is verified in a copy of the evidence without a ledger', async () => {
    rmSync(ledger());
    expect(await verified()).toMatchObject({ exitCode: 0, seen: ['a', 'b', 'of-another', 'c'] });
  });

  test('is verified for a period', async () => {
    expect(await verified(undefined, { from: '2026-03-02', to: '2026-03-02' })).toMatchObject({
      exitCode: 0,
      seen: ['b', 'of-another'],
    });
    // Nothing in it is no proof of anything.
    expect((await verified(undefined, { from: '2026-04-01' })).exitCode).toBe(1);
  });
});

describe('verifying names', () => {
  test('an altered record', async () => {
    edit(inFolder('b', 'record.json'), (text) => text.replace('"shop"', '"shop "'));
    const { exitCode, wrong, details } = await verified();
    expect(exitCode).toBe(1);
    expect(wrong).toEqual(expect.arrayContaining(['b: record altered', 'b: not in the ledger']));
    expect(details).toContain('record.json has SHA-256');
  });

  test('a record that was altered with its line in the ledger, by the record after it', async () => {
    const before = readFileSync(inFolder('b', 'record.json'), 'utf8');
    writeFileSync(inFolder('b', 'record.json'), before.replace('"PROVEN"', '"NOT_PROVEN"'));
    edit(ledger(), (text) =>
      text
        .split('\n')
        .map((line) => {
          if (!line.includes('"drillId":"b","database"')) return line;
          const record = JSON.stringify({ ...JSON.parse(line).record, verdict: 'NOT_PROVEN' });
          return `{"format":1,"sha256":"${sha256(record)}","record":${record}}`;
        })
        .join('\n'),
    );
    expect((await verified()).wrong).toEqual(
      expect.arrayContaining(['b: record altered', 'c: link differs']),
    );
  });

  test('an altered report, a missing one and one of another drill', async () => {
    edit(inFolder('a', 'report.md'), (text) => text.replace('PROVEN', 'PROVEN!'));
    rmSync(inFolder('b', 'junit.xml'));
    copyFileSync(inFolder('a', 'report.html'), inFolder('c', 'report.html'));
    const { exitCode, wrong, details } = await verified();
    expect(exitCode).toBe(1);
    expect(wrong).toEqual(['a: report altered', 'b: report missing', 'c: report swapped']);
    expect(details).toContain('report.html is that of a');
  });

  test('a record that was taken out of the middle', async () => {
    dropLine('b');
    rmSync(state.drillFolder('b'), { recursive: true });
    expect(await verified()).toMatchObject({ exitCode: 1, wrong: ['c: link missing'] });
  });

  test('a record that was taken out of the end, from the ledger or from the evidence', async () => {
    const kept = readFileSync(ledger(), 'utf8');
    dropLine('c');
    expect((await verified()).wrong).toEqual(['c: not in the ledger']);
    writeFileSync(ledger(), kept);
    rmSync(state.drillFolder('c'), { recursive: true });
    expect((await verified()).wrong).toEqual(['c: not beside the ledger']);
  });

  test('a record that was taken out of both, to whoever kept its digest', async () => {
    const digest = sha256(readFileSync(inFolder('c', 'record.json')));
    expect((await verified(undefined, { expect: [digest] })).exitCode).toBe(0);
    dropLine('c');
    rmSync(state.drillFolder('c'), { recursive: true });
    expect((await verified()).exitCode).toBe(0);
    expect(await verified(undefined, { expect: [digest] })).toMatchObject({
      exitCode: 1,
      wrong: ['not found'],
    });
  });

  test('a chain that was begun anew, and a fork', async () => {
    const lines = readFileSync(ledger(), 'utf8').split('\n');
    const relinked = (drillId: string, previous: unknown) =>
      lines
        .map((line) => {
          if (!line.includes(`"drillId":"${drillId}","database"`)) return line;
          const record = JSON.stringify({ ...JSON.parse(line).record, previous });
          return `{"format":1,"sha256":"${sha256(record)}","record":${record}}`;
        })
        .join('\n');
    writeFileSync(ledger(), relinked('c', null));
    expect((await verified()).wrong).toContain('c: begins anew');
    const { previous } = JSON.parse(readFileSync(inFolder('b', 'record.json'), 'utf8'));
    writeFileSync(ledger(), relinked('c', previous));
    expect((await verified()).wrong).toContain('c: fork');
  });

  test('another key, no key, and a seal whose words were changed', async () => {
    const other = await sealedState();
    folders.push(other.folder);
    await makeKey(other.folder);
    const { publicKey } = keyPathsIn(other.folder);
    expect((await verified(state.drillFolder('a'), { key: [publicKey] })).wrong).toEqual(['a: wrong key']);
    expect((await verified(state.drillFolder('a'), { stateDir: '/nowhere' })).wrong).toEqual([
      'a: unknown key',
    ]);
    edit(inFolder('a', 'seal.dsse.json'), (text) => {
      const envelope = JSON.parse(text);
      const statement = Buffer.from(envelope.payload, 'base64')
        .toString()
        .replace('"PROVEN"', '"NOT_PROVEN"');
      return JSON.stringify({ ...envelope, payload: Buffer.from(statement).toString('base64') });
    });
    expect((await verified(state.drillFolder('a'))).wrong).toEqual(['a: record altered', 'a: seal altered']);
  });

  test('a seal that is not there, and one that is none', async () => {
    rmSync(inFolder('a', 'seal.dsse.json'));
    writeFileSync(inFolder('b', 'seal.dsse.json'), '{"payload":"e30="}');
    expect((await verified()).wrong).toEqual(['a: no seal', 'b: seal unreadable']);
  });

  test('a folder that was put in the place of another', async () => {
    for (const file of ['record.json', 'report.html', 'report.md', 'junit.xml', 'seal.dsse.json'])
      copyFileSync(inFolder('a', file), inFolder('b', file));
    expect((await verified()).wrong).toEqual(
      expect.arrayContaining(['a: wrong place', 'b: not beside the ledger']),
    );
  });

  test('a line of the ledger that was changed', async () => {
    edit(ledger(), (text) => text.replace('"operator":"schedule"', '"operator":"mallory"'));
    expect((await verified()).wrong).toEqual(
      expect.arrayContaining(['a: not in the ledger', 'b: link missing', 'ledger altered']),
    );
  });
});

test('a path that holds nothing of drills is refused', async () => {
  await expect(verified(import.meta.dirname)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  await expect(verified('/nowhere/at/all')).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  await expect(verified(undefined, { key: [join(state.folder, 'signing-key.pem')] })).rejects.toMatchObject({
    message: expect.stringContaining('private key'),
  });
});
