import { type Finding, isFoundBy } from '../../findings/findings.ts';
import { visibleText } from '../../text/visible-text.ts';
import type { DrillRecord } from '../drill-record.ts';
import { bySeverity, verdictReason } from './wording.ts';
import { xmlElement, xmlText } from './xml-text.ts';

type Outcome = 'passed' | 'failure' | 'error';

interface TestCase {
  outcome: Outcome;
  xml: string;
}

/**
 * The record as one JUnit test suite, in the dialect that Jenkins, GitLab and GitHub reporters share
 * (https://github.com/testmoapp/junitxml). The first case is the verdict itself, so that a suite is green exactly when
 * the dump is PROVEN; what could not run is an error, never skipped, because CI shows skipped as green.
 */
export function renderJunit(record: DrillRecord): string {
  const cases = [verdictCase(record), ...checkCases(record), ...findingCases(record)];
  const count = (outcome: Outcome) => cases.filter((one) => one.outcome === outcome).length;
  const seconds = (Date.parse(record.endedAt) - Date.parse(record.startedAt)) / 1000;
  const totals = {
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: 0,
    time: Number.isFinite(seconds) ? seconds.toFixed(3) : undefined,
  };
  const suite = xmlElement('testsuite', { name: suiteName(record), ...totals, timestamp: record.startedAt }, [
    properties(record),
    ...cases.map(({ xml }) => `\n    ${xml}`),
    systemOut(record),
    '\n  ',
  ]);
  const { failures, errors, tests, time } = totals;
  const suites = xmlElement('testsuites', { name: 'restore-drill', tests, failures, errors, time }, [
    `\n  ${suite}\n`,
  ]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${suites}\n`;
}

const suiteName = (record: DrillRecord) => `restore-drill.${record.database}`;

function properties(record: DrillRecord): string {
  const given: Record<string, string | null | undefined> = {
    drillId: record.drillId,
    verdict: record.verdict,
    dump: record.dump?.key,
    sha256: record.dump?.sha256,
    rtoSeconds: record.rto.actualSeconds?.toString(),
    rpoSeconds: record.rpo.actualSeconds?.toString(),
  };
  const each = Object.entries(given)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `\n      ${xmlElement('property', { name, value: value ?? '' })}`);
  return `\n    ${xmlElement('properties', {}, [...each, '\n    '])}`;
}

function verdictCase(record: DrillRecord): TestCase {
  const outcome = { PROVEN: 'passed', NOT_PROVEN: 'failure', COULD_NOT_VERIFY: 'error' } as const;
  return testCase(record, 'drill', 'verdict', outcome[record.verdict], {
    type: record.verdict,
    message: verdictReason(record),
  });
}

function checkCases(record: DrillRecord): TestCase[] {
  const outcome = { passed: 'passed', failed: 'failure', 'could not run': 'error' } as const;
  return record.checks.map((check) => {
    const found = record.findings.filter((finding) => isFoundBy(finding, check));
    const decisive = bySeverity(found)[0];
    return testCase(record, `check.${check.kind}`, check.name, outcome[check.status], {
      type: decisive?.code ?? check.status,
      message: decisive?.message ?? `the check ${check.status}; see the findings`,
      body: found.map(findingText).join('\n'),
      seconds: check.durationMs / 1000,
    });
  });
}

/** Errors and unverified findings that no listed check accounts for. Under PROVEN only teardown can leave one: it is told in system-out. */
function findingCases(record: DrillRecord): TestCase[] {
  if (record.verdict === 'PROVEN') return [];
  const shown = record.checks.filter(({ status }) => status !== 'passed');
  return bySeverity(record.findings)
    .filter(({ severity }) => severity === 'error' || severity === 'unverified')
    .filter((finding) => !shown.some((check) => isFoundBy(finding, check)))
    .map((finding) =>
      testCase(
        record,
        'finding',
        `${finding.code}: ${finding.message}`,
        finding.severity === 'error' ? 'failure' : 'error',
        {
          type: finding.code,
          message: finding.message,
          body: findingText(finding),
        },
      ),
    );
}

const findingText = ({ code, severity, message, hint }: Finding) =>
  `${severity} ${code}: ${visibleText(message)}\n  ${visibleText(hint)}`;

function testCase(
  record: DrillRecord,
  group: string,
  name: string,
  outcome: Outcome,
  detail: { type: string; message: string; body?: string; seconds?: number },
): TestCase {
  const attributes = {
    classname: `${suiteName(record)}.${group}`,
    name,
    time: detail.seconds?.toFixed(3),
  };
  const problem =
    outcome === 'passed'
      ? []
      : [
          xmlElement(outcome, { type: detail.type, message: detail.message }, [
            xmlText(detail.body || detail.message),
          ]),
        ];
  return { outcome, xml: xmlElement('testcase', attributes, problem) };
}

function systemOut(record: DrillRecord): string {
  const lines = [
    ...bySeverity(record.findings).map(findingText),
    ...record.notTested.map((what) => `not tested: ${visibleText(what)}`),
  ];
  return lines.length === 0 ? '' : `\n    ${xmlElement('system-out', {}, [xmlText(lines.join('\n'))])}`;
}
