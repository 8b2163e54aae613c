import * as z from 'zod';
import { finding } from '../../findings/findings.ts';
import type { CheckKind, QueryAnswer } from '../asking/check.ts';
import { refusedFinding } from '../asking/combined-query.ts';
import { compareWithExpectation } from '../asking/expectation.ts';
import { configuredOf, plannedConfigured } from '../asking/planning.ts';
import { sqlSettings } from '../asking/settings.ts';

const paramsSchema = z.object({ sql: sqlSettings });
type Params = z.infer<typeof paramsSchema>;

export const sql: CheckKind<Params, QueryAnswer> = {
  kind: 'sql',
  asks: 'Your own question: one SELECT and the answer you expect. No row is not 0, NULL is not 0, numbers are compared exactly.',
  origin: 'configured',
  findings: ['EXPECTATION_FAILED', 'CHECK_COULD_NOT_RUN', 'CHECK_TIMED_OUT'],
  plan: (context) =>
    configuredOf(context, 'sql').map((check) => {
      const settings = sqlSettings.parse(check.settings);
      return plannedConfigured(context, check, settings.name, { sql: settings });
    }),
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
