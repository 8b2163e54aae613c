import { describe, expect, test } from 'vitest';
import type { CheckResult } from '../../../lib/domain/checks/asking/check.ts';
import { codesWhere } from '../../../lib/domain/findings/finding-registry.ts';
import { type FindingCode, finding, findingRegistry } from '../../../lib/domain/findings/findings.ts';
import type { EntryAccount, FailureClass } from '../../../lib/domain/recovery/restore-account.ts';
import {
  type AttemptEvidence,
  judgeAttempt,
  judgeDrill,
  olderDumpMayHelp,
} from '../../../lib/domain/verdict/judgement.ts';

const aCheck = (given: Partial<CheckResult> = {}): { id: string; name: string; result: CheckResult } => ({
  id: given.id ?? 'rows',
  name: given.name ?? 'row counts',
  result: {
    id: 'rows',
    name: 'row counts',
    kind: 'rowCounts',
    status: 'passed',
    durationMs: 1,
    findings: [],
    measured: {},
    ...given,
  },
});

const someEvidence = (given: Partial<AttemptEvidence> = {}): AttemptEvidence => ({
  findings: [],
  account: { complete: true, entries: [] },
  checks: [aCheck()],
  ...given,
});

const aFailedEntry = (failure: FailureClass): EntryAccount => ({
  id: 1,
  database: 'main',
  type: 'TABLE',
  schema: 'public',
  name: 't',
  owner: null,
  seconds: 0,
  outcome: { status: 'failed', failure, sqlState: '42704', message: 'type does not exist' },
});

describe('an attempt', () => {
  test('is PROVEN when the dump was read whole and every check passed', () => {
    expect(judgeAttempt(someEvidence()).verdict).toBe('PROVEN');
  });

  test('is PROVEN in spite of warnings and notes', () => {
    const findings = [finding('FK_NOT_VALIDATED', 'x'), finding('CHECKSUM_ABSENT', 'y')];
    expect(judgeAttempt(someEvidence({ findings })).verdict).toBe('PROVEN');
  });

  test.each([
    ['nothing was restored', { account: null }],
    ['the dump was not read to its end', { account: { complete: false, entries: [] } }],
    ['no check was planned', { checks: [] }],
    ['nothing but a container of the user said yes', { checks: [aCheck({ kind: 'hook' })] }],
    ['a check gave no result', { checks: [aCheck(), { id: 'freshness', name: 'freshness', result: null }] }],
    ['a check could not run and says nothing', { checks: [aCheck({ status: 'could not run' })] }],
    ['a finding is unverified', { findings: [finding('SANDBOX_LOST', 'gone')] }],
  ] satisfies [string, Partial<AttemptEvidence>][])('is COULD_NOT_VERIFY when %s', (_what, given) => {
    expect(judgeAttempt(someEvidence(given)).verdict).toBe('COULD_NOT_VERIFY');
  });

  test('is NOT_PROVEN when a check failed, even if it forgot to say why', () => {
    const judged = judgeAttempt(someEvidence({ checks: [aCheck({ status: 'failed' })] }));
    expect(judged.verdict).toBe('NOT_PROVEN');
    expect(judged.findings.map((f) => f.code)).toEqual(['EXPECTATION_FAILED']);
  });

  test('is NOT_PROVEN rather than COULD_NOT_VERIFY when something is wrong and something else did not run', () => {
    const findings = [finding('CHECK_TIMED_OUT', 'slow'), finding('FK_ORPHANS', '7 rows')];
    expect(judgeAttempt(someEvidence({ findings })).verdict).toBe('NOT_PROVEN');
  });

  test('joins what a check found to that check, though another one has its name', () => {
    const found = [finding('EXPECTATION_FAILED', 'no customer is served')];
    const checks = [
      aCheck({ id: 'sql: totals', name: 'totals' }),
      aCheck({ id: 'sql: totals #2', name: 'totals', status: 'failed', findings: found }),
      aCheck({ id: 'sql: totals #3', name: 'totals', status: 'failed', findings: found }),
    ];
    expect(judgeAttempt(someEvidence({ checks })).findings).toMatchObject([
      { code: 'EXPECTATION_FAILED', check: 'totals', checkId: 'sql: totals #2' },
      { code: 'EXPECTATION_FAILED', check: 'totals', checkId: 'sql: totals #3' },
    ]);
  });

  test('joins what is said for a silent check to it', () => {
    const checks = [aCheck({ id: 'sql: totals', name: 'totals', status: 'could not run' })];
    expect(judgeAttempt(someEvidence({ checks })).findings).toMatchObject([{ checkId: 'sql: totals' }]);
  });

  test('lists errors before warnings, and each finding once', () => {
    const findings = [finding('FK_NOT_VALIDATED', 'x'), finding('NO_DATA', 'y'), finding('NO_DATA', 'y')];
    expect(judgeAttempt(someEvidence({ findings })).findings.map((f) => f.code)).toEqual([
      'NO_DATA',
      'FK_NOT_VALIDATED',
    ]);
  });
});

describe('a sandbox without an extension of the dump', () => {
  const lacking = { ...aFailedEntry('missing extension'), type: 'TABLE', schema: 'public', name: 'places' };
  const account = { complete: true, entries: [lacking] };
  const unavailable = finding('EXTENSION_UNAVAILABLE', 'postgis');

  test.each([...codesWhere(({ explainedBy }) => explainedBy === 'EXTENSION_UNAVAILABLE')])(
    'explains %s of what could not be made for it, and of nothing else',
    (code) => {
      const verdictFor = (message: string) =>
        judgeAttempt(someEvidence({ findings: [unavailable, finding(code, message)], account })).verdict;
      expect(verdictFor('table public.places is not there')).toBe('COULD_NOT_VERIFY');
      expect(verdictFor('table places does not exist')).toBe('COULD_NOT_VERIFY');
      expect(verdictFor('table "places" is not there')).toBe('COULD_NOT_VERIFY');
      expect(verdictFor('table public.orders is not there')).toBe('NOT_PROVEN');
      const alone = [finding(code, 'table public.places is not there')];
      expect(judgeAttempt(someEvidence({ findings: alone, account })).verdict).toBe('NOT_PROVEN');
    },
  );

  test('explains nothing by a word that another thing only has in its name or kind', () => {
    const entries = ['table', 'orders'].map((name) => ({ ...lacking, schema: 'geo', name }));
    const findings = [unavailable, finding('TABLE_MISSING', 'table public.orders is not there')];
    const judged = judgeAttempt(someEvidence({ findings, account: { complete: true, entries } }));
    expect(judged.verdict).toBe('NOT_PROVEN');
  });

  test.each<FindingCode>(['ENTRY_FAILED', 'ROWS_REJECTED', 'ROW_COUNT_MISMATCH', 'DUPLICATE_KEYS'])(
    'never explains %s away',
    (code) => {
      const findings = [unavailable, finding(code, 'public.places')];
      expect(judgeAttempt(someEvidence({ findings, account })).verdict).toBe('NOT_PROVEN');
    },
  );
});

describe('a missed objective', () => {
  test.each<FindingCode>(['RTO_MISSED', 'RPO_MISSED'])('%s fails the drill and spares the data', (code) => {
    const judged = judgeAttempt(someEvidence({ findings: [finding(code, 'x')] }));
    expect(judged).toMatchObject({ verdict: 'NOT_PROVEN', worthKeeping: true });
  });

  test('does not make data worth keeping that has another fault', () => {
    const findings = [finding('RTO_MISSED', 'x'), finding('FK_ORPHANS', 'y')];
    expect(judgeAttempt(someEvidence({ findings })).worthKeeping).toBe(false);
  });
});

describe('walking back', () => {
  const decisive = codesWhere(({ severity }) => severity === 'error' || severity === 'unverified');

  test.each([...decisive])('after %s is worth it exactly when that blames this dump', (code) => {
    const judgement = { verdict: 'NOT_PROVEN' as const, findings: [finding(code, 'x')] };
    expect(olderDumpMayHelp(judgement)).toBe(findingRegistry[code].blames === 'dump');
  });

  test('is worth it when the dump is to blame', () => {
    expect(olderDumpMayHelp({ verdict: 'NOT_PROVEN', findings: [finding('DUMP_TRUNCATED', 'cut')] })).toBe(
      true,
    );
  });

  test('is not worth it for the sandbox, the clock or a proven dump', () => {
    expect(olderDumpMayHelp({ verdict: 'COULD_NOT_VERIFY', findings: [finding('SANDBOX_LOST', 'x')] })).toBe(
      false,
    );
    expect(olderDumpMayHelp({ verdict: 'NOT_PROVEN', findings: [finding('RTO_MISSED', 'x')] })).toBe(false);
    expect(olderDumpMayHelp({ verdict: 'NOT_PROVEN', findings: [finding('STALE_DATA', 'x')] })).toBe(false);
    expect(olderDumpMayHelp({ verdict: 'PROVEN', findings: [finding('NO_DATA', 'x')] })).toBe(false);
  });

  test('never makes the newest dump good', () => {
    expect(judgeDrill([{ verdict: 'NOT_PROVEN' }, { verdict: 'PROVEN' }])).toBe('NOT_PROVEN');
    expect(judgeDrill([])).toBe('COULD_NOT_VERIFY');
  });
});
