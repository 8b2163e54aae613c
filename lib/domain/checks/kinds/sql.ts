import * as z from 'zod';
import { finding } from '../../findings/findings.ts';
import type { ConfiguredCheckKind, QueryAnswer } from '../asking/check.ts';
import { refusedFinding } from '../asking/combined-query.ts';
import { compareWithExpectation, expectationSettings } from '../asking/expectation.ts';
import { actualText, expectationText } from '../asking/expectation-words.ts';
import { configuredOf, plannedConfigured } from '../asking/planning.ts';
import { query, text } from '../asking/settings.ts';
import { unique } from './unique.ts';

const sqlSettings = z
  .strictObject({
    name: text('a name')
      .max(200, 'a name has at most 200 characters')
      .describe('Name of the check, for reports.'),
    query,
    expect: expectationSettings,
  })
  .describe('Your own question, with the answer you expect.');

const paramsSchema = z.object({ sql: sqlSettings });
type Params = z.infer<typeof paramsSchema>;

export const sql: ConfiguredCheckKind<Params, QueryAnswer> = {
  kind: 'sql',
  title: 'query of your own',
  asks: 'Your own question: one SELECT and the answer you expect. No row is not 0, NULL is not 0, numbers are compared exactly.',
  origin: 'configured',
  settings: sqlSettings,
  scans: false,
  findings: ['EXPECTATION_FAILED', 'CHECK_COULD_NOT_RUN', 'CHECK_TIMED_OUT'],
  plan: (context) =>
    configuredOf(context, 'sql').map((check) => {
      const settings = sqlSettings.parse(check.settings);
      return plannedConfigured(context, check, settings.name, { sql: settings });
    }),
  notTested: (context) =>
    [...configuredOf(context, 'sql'), ...configuredOf(context, unique.kind)].length > 0
      ? []
      : ['Rules of the application that the schema does not enforce: no sql or unique check is configured.'],
  evidence: {
    expected: ({ sql: { expect } }) => expectationText(expect),
    scope: () => 'a query of drills.yaml',
    actual: ({ sql: { expect } }, answer) => actualText(expect, answer),
  },
  parseParams: (params) => paramsSchema.parse(params),
  // Two rows are enough to know that it is not one.
  observe: ({ sql: { query } }, database) => database.ask(query, 2),
  judge({ sql: { name, expect } }, answer) {
    const comparison = compareWithExpectation(expect, answer);
    if ('unclear' in comparison) {
      return {
        status: 'could not run',
        findings: [refusedFinding({ code: 'CHECK_COULD_NOT_RUN', reason: comparison.unclear }, `"${name}"`)],
      };
    }
    if (comparison.met) return { status: 'passed', findings: [] };
    return {
      status: 'failed',
      findings: [finding('EXPECTATION_FAILED', `"${name}" is not as expected: ${comparison.because}`)],
    };
  },
};
