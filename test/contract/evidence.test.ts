import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evidenceOf } from '../../lib/contract/evidence.ts';
import { type EvidenceEntry, readEvidence } from '../../lib/contract/evidence-entry.ts';
import { defaultDatabaseConfig } from '../../lib/domain/config/index.ts';
import type { EntryAccount } from '../../lib/domain/recovery/restore-account.ts';
import { readRestoreRequest } from '../../lib/steps/restore-request.ts';
import { inMemoryEvidence } from '../support/in-memory-evidence.ts';
import { anAccount, inMemoryPorts } from '../support/in-memory-ports.ts';

/**
 * Documents as release 0.1.0 wrote them, in drills on one machine and, where only AWS has them, in the tests of a real
 * restore. They are never renewed: a drill of that release may be waiting for its approval while this one is deployed.
 */
const folder = join(import.meta.dirname, 'recorded-evidence');
const recorded = (file: string) => readFileSync(join(folder, file), 'utf8');

/** Every entry of the catalogue with the numbers that its recorded document has. */
const entries = {
  state: evidenceOf.state,
  restoreRequest: evidenceOf.restoreRequest(1),
  account: evidenceOf.account(1),
  witness: evidenceOf.witness(1),
  progress: evidenceOf.progress(1),
  prepared: evidenceOf.prepared(1),
  checkPlan: evidenceOf.checkPlan(1),
  checkResult: evidenceOf.checkResult(1, 3),
  attempt: evidenceOf.attempt(1),
  promotion: evidenceOf.promotion,
  record: evidenceOf.record,
  firstWatched: evidenceOf.firstWatched('shop'),
} satisfies { [name in keyof typeof evidenceOf]: EvidenceEntry<never> | { file: string } };

/** The document as it would be kept again. */
function keptAgain<Document>(entry: EvidenceEntry<Document>, text: string): unknown {
  return JSON.parse(JSON.stringify(entry.format(readEvidence(entry, text, entry.file))));
}

/** The same with a member that no release knows in every object. */
function withStrangers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withStrangers);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [key, withStrangers(member)]);
  return Object.fromEntries([...members, ['addedByALaterRelease', { at: 1 }]]);
}

describe('a document of the release before', () => {
  test('is recorded for every entry of the catalogue', () => {
    const files = Object.values(entries).map(({ file }) => file);
    expect(files.sort()).toEqual(readdirSync(folder).sort());
  });

  test.each(Object.values(entries))('$file is read, and nothing of it is lost', (entry) => {
    const text = recorded(entry.file);
    expect(keptAgain(entry as EvidenceEntry<unknown>, text)).toMatchObject(JSON.parse(text));
  });

  test.each(Object.values(entries))('$file is read when a later release has added to it', (entry) => {
    const text = recorded(entry.file);
    const later = JSON.stringify(withStrangers(JSON.parse(text)));
    expect(keptAgain(entry as EvidenceEntry<unknown>, later)).toMatchObject(JSON.parse(text));
  });

  test('restores by the defaults of settings that it did not know', async () => {
    const { hooks: _section, ...older } = JSON.parse(recorded('restore-request-1.json')).databaseConfig;
    const { keepOrder: _setting, ...restore } = older.restore;
    const request = {
      ...JSON.parse(recorded('restore-request-1.json')),
      databaseConfig: { ...older, restore },
    };
    const evidence = inMemoryEvidence();
    evidence.kept.set('d/restore-request-1.json', JSON.stringify(request));

    const { databaseConfig } = await readRestoreRequest({ drillId: 'd', attempt: 1 }, { evidence });

    const defaults = defaultDatabaseConfig(databaseConfig.source);
    expect(databaseConfig.hooks).toEqual(defaults.hooks);
    expect(databaseConfig.restore).toEqual({ ...defaults.restore, ...restore });
  });
});

describe('a document that is something else', () => {
  test.each([
    ['no JSON', '{"rows": "Ada', 'it holds no JSON'],
    ['another document', '"Ada"', 'it holds another document'],
    [
      'one that was changed',
      JSON.stringify({ ...anAccount(), rolesCreated: [{ name: 'Ada' }] }),
      'rolesCreated.0 is not what it should be',
    ],
  ])('is named by its place and never by its values: %s', (_what, text, problem) => {
    const read = () => readEvidence(evidenceOf.account(1), text, 's3://evidence/drills/d/account-1.json');
    expect(read).toThrow(
      expect.objectContaining({
        code: 'EVIDENCE_UNREADABLE',
        message: `cannot read s3://evidence/drills/d/account-1.json: ${problem}`,
      }),
    );
    expect(read).not.toThrow('Ada');
  });

  test.each(['null', '{"drillId":"d"}', '[]'])('is no state to clean up from: %s', (text) => {
    expect(() => readEvidence(evidenceOf.state, text, 'state.json')).toThrow(
      expect.objectContaining({ code: 'EVIDENCE_UNREADABLE' }),
    );
  });

  test('still says that a promotion has begun, because what is promoted must never be torn down', () => {
    for (const text of ['{}', '[]', '{"sandboxId":7}'])
      expect(readEvidence(evidenceOf.promotion, text, 'promotion.json')).not.toBeNull();
  });
});

describe('the name of a document', () => {
  test('is its own: no two of one drill lie in one file', () => {
    const files = [1, 2, 11].flatMap((attempt) => [
      ...[evidenceOf.restoreRequest, evidenceOf.account, evidenceOf.progress, evidenceOf.prepared].map(
        (entry) => entry(attempt).file,
      ),
      ...[evidenceOf.checkPlan, evidenceOf.attempt].map((entry) => entry(attempt).file),
      ...[0, 1, 11].map((index) => evidenceOf.checkResult(attempt, index).file),
    ]);
    expect(new Set([...files, evidenceOf.state.file, evidenceOf.record.file]).size).toBe(files.length + 2);
  });
});

test('an account of 50,000 entries is read back whole', async () => {
  const outcomes: EntryAccount['outcome'][] = [
    { status: 'restored' },
    { status: 'skipped by policy', rule: 'role-attributes' },
    { status: 'failed', failure: 'missing role', sqlState: '42704', message: 'role "x" does not exist' },
  ];
  const account = anAccount({
    entries: Array.from({ length: 50_000 }, (_, id) => ({
      ...{ id, database: 'restored', type: 'TABLE', schema: 'public', name: `orders_${id}`, owner: 'shop' },
      outcome: outcomes[id % outcomes.length] ?? { status: 'restored' },
      seconds: 0.012,
    })),
  });
  const { evidence } = inMemoryPorts().ports;
  await evidence.write(evidenceOf.account(1), 'd', account);
  expect(await evidence.read(evidenceOf.account(1), 'd')).toEqual(account);
});
