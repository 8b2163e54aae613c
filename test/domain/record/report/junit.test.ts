import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { renderJunit } from '../../../../lib/domain/record/report/junit.ts';
import { aHostileRecord } from '../../../support/hostile-record.ts';
import { aFailedRecord, aFinding, anUnverifiedRecord, aRecord } from '../../../support/records.ts';

interface ParsedCase {
  name: string;
  outcome: 'passed' | 'failure' | 'error' | 'skipped';
}

/** Parses strictly (XML 1.0 well-formedness) and gives what a CI server would make of it. */
function read(xml: string) {
  const parser = new SaxesParser();
  const cases: ParsedCase[] = [];
  let totals: Record<string, string> = {};
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const last = cases.at(-1);
    if (name === 'testsuite') totals = attributes;
    if (name === 'testcase') cases.push({ name: attributes.name ?? '', outcome: 'passed' });
    if (last !== undefined && (name === 'failure' || name === 'error' || name === 'skipped'))
      last.outcome = name;
  });
  parser.write(xml).close();
  return { cases, totals };
}

const outcomes = (xml: string) => read(xml).cases.map(({ name, outcome }) => `${outcome}: ${name}`);

describe('the record as JUnit XML', () => {
  test('of a proven drill has no failure and no error', () => {
    const { cases, totals } = read(renderJunit(aRecord()));
    expect(cases.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed']);
    expect(totals).toMatchObject({ tests: '3', failures: '0', errors: '0', skipped: '0', time: '192.400' });
  });

  test('of a failed drill fails the verdict and the check, and counts the finding of a check once', () => {
    expect(renderJunit(aFailedRecord())).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="restore-drill" tests="3" failures="2" errors="0" time="192.400">
        <testsuite name="restore-drill.shop" tests="3" failures="2" errors="0" skipped="0" time="192.400" timestamp="2026-03-01T03:00:00.000Z">
          <properties>
            <property name="drillId" value="drill-20260301-030000-a1b2"/>
            <property name="verdict" value="NOT_PROVEN"/>
            <property name="dump" value="postgres/shop_20260301T020000Z.dump"/>
            <property name="sha256" value="aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"/>
            <property name="rtoSeconds" value="184"/>
            <property name="rpoSeconds" value="3600"/>
          </properties>
          <testcase classname="restore-drill.shop.drill" name="verdict"><failure type="NOT_PROVEN" message="12 rows of public.orders point to missing rows of public.customers.">12 rows of public.orders point to missing rows of public.customers.</failure></testcase>
          <testcase classname="restore-drill.shop.check.row counts" name="row counts equal the dump" time="0.220"/>
          <testcase classname="restore-drill.shop.check.foreign keys" name="foreign keys have no orphans" time="1.450"><failure type="FK_ORPHANS" message="12 rows of public.orders point to missing rows of public.customers">error FK_ORPHANS: 12 rows of public.orders point to missing rows of public.customers
        Find how the orphans came about in production; a NOT VALID or disabled foreign key lets them in.</failure></testcase>
          <system-out>error FK_ORPHANS: 12 rows of public.orders point to missing rows of public.customers
        Find how the orphans came about in production; a NOT VALID or disabled foreign key lets them in.
      info CHECKSUM_ABSENT: shop_20260301T020000Z.dump has no checksum sidecar
        Write \`&lt;dump&gt;.sha256\` beside each dump in the backup job.
      not tested: The uploads archive was not opened.
      not tested: Application code was not run.</system-out>
        </testsuite>
      </testsuites>
      "
    `);
  });

  test('shows what could not run as an error, never as passed or skipped', () => {
    const checks = [
      { name: 'unique e-mail', kind: 'unique', status: 'could not run' as const, durationMs: 9 },
    ];
    const findings = [
      aFinding('CHECK_TIMED_OUT', 'unique e-mail ran into its 60 s', { check: 'unique e-mail' }),
    ];
    const { cases, totals } = read(renderJunit(anUnverifiedRecord({ checks, findings })));
    expect(cases.map(({ outcome }) => outcome)).toEqual(['error', 'error']);
    expect(totals).toMatchObject({ failures: '0', errors: '2' });
  });

  test('shows a finding at the check that found it, not at another of the same name', () => {
    const checks = [
      { id: 'sql: totals', name: 'totals', kind: 'sql', status: 'failed' as const, durationMs: 9 },
      { id: 'sql: totals #2', name: 'totals', kind: 'sql', status: 'passed' as const, durationMs: 9 },
      { id: 'sql: totals #3', name: 'totals', kind: 'sql', status: 'could not run' as const, durationMs: 9 },
    ];
    const findings = [
      aFinding('EXPECTATION_FAILED', 'it gave 3', { check: 'totals', checkId: 'sql: totals' }),
      aFinding('CHECK_TIMED_OUT', 'it ran into its 60 s', { check: 'totals', checkId: 'sql: totals #3' }),
    ];
    const xml = renderJunit(aFailedRecord({ checks, findings }));
    expect(outcomes(xml)).toEqual(['failure: verdict', 'failure: totals', 'passed: totals', 'error: totals']);
    expect(
      [...xml.matchAll(/<(failure|error) type="(\w+)"/g)].map(([, kind, code]) => `${kind} ${code}`),
    ).toEqual(['failure NOT_PROVEN', 'failure EXPECTATION_FAILED', 'error CHECK_TIMED_OUT']);
  });

  test('makes a case of each finding that no check accounts for', () => {
    const findings = [
      aFinding('DUMP_TRUNCATED', 'the dump ends in table data'),
      aFinding('EXTENSION_UNAVAILABLE', 'postgis is not offered'),
      aFinding('RTO_SLOWER', 'slower than before'),
      aFinding('SEQUENCE_BEHIND', 'by a check that is not listed', { check: 'sequences' }),
    ];
    expect(outcomes(renderJunit(aFailedRecord({ checks: [], findings })))).toEqual([
      'failure: verdict',
      'failure: DUMP_TRUNCATED: the dump ends in table data',
      'failure: SEQUENCE_BEHIND: by a check that is not listed',
      'error: EXTENSION_UNAVAILABLE: postgis is not offered',
    ]);
  });

  test.each(['NOT_PROVEN', 'COULD_NOT_VERIFY'] as const)(
    'is red for %s even when nothing else is wrong',
    (verdict) => {
      const { totals } = read(renderJunit(aRecord({ verdict, findings: [] })));
      expect(Number(totals.failures) + Number(totals.errors)).toBe(1);
    },
  );

  test('follows the verdict when teardown failed after the proof', () => {
    const xml = renderJunit(aRecord({ findings: [aFinding('TEARDOWN_FAILED', 'the data directory stays')] }));
    expect(read(xml).totals).toMatchObject({ failures: '0', errors: '0' });
    expect(xml).toContain('error TEARDOWN_FAILED: the data directory stays');
  });

  test('does not hide a failed check under a proven verdict', () => {
    const checks = [{ name: 'orphans', kind: 'foreign keys', status: 'failed' as const, durationMs: 9 }];
    expect(read(renderJunit(aRecord({ checks }))).totals).toMatchObject({ failures: '1' });
  });

  test('is well-formed whatever the names hold', () => {
    const { cases } = read(renderJunit(aHostileRecord()));
    expect(cases.map(({ outcome }) => outcome)).toEqual(['failure', 'failure', 'error', 'failure']);
    expect(cases[1]?.name).toMatch(/^begin\\u\{0\}.*\\r\\n\| a \| `b` <script>.*\\u\{202e\}dlrow.*end$/);
  });
});
