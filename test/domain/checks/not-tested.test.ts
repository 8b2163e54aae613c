import { describe, expect, test } from 'vitest';
import { notTestedByChecks } from '../../../lib/domain/checks/not-tested.ts';
import { aContext, anAccount, announced, configured } from './builders.ts';

describe('what was not tested', () => {
  test('names each kind that is not configured', () => {
    const said = notTestedByChecks(aContext()).join('\n');
    for (const words of [
      'freshness',
      'migrations',
      'expected tables',
      'row bounds',
      'sql or unique',
      'login',
    ])
      expect(said).toMatch(new RegExp(`no .*${words}.* (is|are) configured`));
  });

  test('names what a line in drills.yaml would test before what nothing here tests', () => {
    const said = notTestedByChecks(aContext()).map((sentence) => /no .* (is|are) configured/.test(sentence));
    expect(said.lastIndexOf(true)).toBeLessThan(said.indexOf(false));
  });

  test('names no kind that is configured', () => {
    const settings = [
      { freshness: { query: 'select now()', maxAge: '1h' } },
      { migrations: { query: 'select 1', expected: 1 } },
      { tables: ['a'] },
      { rows: { table: 'a', min: 1 } },
      { unique: { table: 'a', on: 'b' } },
      { login: { role: 'app', passwordEnv: 'APP_PASSWORD' } },
    ];
    const context = aContext({ configured: settings.map(configured) });
    expect(notTestedByChecks(context).join('\n')).not.toMatch(/no .* (is|are) configured/);
  });

  test.each([
    ['without any proven drill', null, true],
    ['without that table in it', { 'public.other': 5 }, true],
    ['with that table in it', { 'public.bookings': 5 }, false],
  ])('names maxDrop %s', (_what, lastProvenRows, named) => {
    const context = aContext({
      configured: [configured({ rows: { table: 'bookings', maxDrop: '5%' } })],
      lastProvenRows,
    });
    expect(notTestedByChecks(context).some((sentence) => sentence.includes('bookings'))).toBe(named);
  });

  test('names the password when only the right to log in was looked at', () => {
    expect(
      notTestedByChecks(aContext({ configured: [configured({ login: { role: 'app' } })] })).join(),
    ).toContain('password of role app');
  });

  test('names types of objects that nobody knows', () => {
    const account = anAccount({ announced: [announced('QUANTUM INDEX', 'q')] });
    expect(notTestedByChecks(aContext({ account })).join()).toContain('QUANTUM INDEX');
  });

  test('calls what was restored what it is: a base backup is no dump', () => {
    const recovered = {
      ...{ systemIdentifier: '1', timeline: 1, startLsn: '0/1', consistentLsn: null, endLsn: '0/2' },
      ...{ lastCommitAt: null, walBytes: 0, walSegments: 0, timelines: [1], archivedAt: null, pages: null },
      ...{ tables: [], indexChecks: null, notTested: [] },
    };
    const drift = { mode: 'warn' as const, maxDropShare: 0.5, tables: {} };
    const ofBase = notTestedByChecks(aContext({ account: { ...anAccount(), recovered }, drift }));
    expect(ofBase.filter((sentence) => /\bdumps?\b/i.test(sentence))).toEqual([]);
    expect(ofBase.join('\n')).toContain('before the base backup was made');
    expect(notTestedByChecks(aContext({ drift })).join('\n')).toContain('before the dump was made');
  });
});
