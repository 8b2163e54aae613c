import { policyRules } from '../../recovery/policy-rules.ts';

/** What became of an entry of the dump, where people read it. An outcome of another release is given back as it is. */
export const outcomeWord = (status: string): string =>
  Object.hasOwn(outcomes, status) ? (outcomes[status] ?? status) : status;

const outcomes: Record<string, string> = {
  failed: 'failed',
  'not reached': 'not reached',
  'skipped by policy': 'left out',
  'restored with changes': 'changed',
};

/** Records name the rule of the policy, or say in words what happened: a reader wants what the rule says. */
export function reasonWords(reason: string): { why: string; rule: string | null; matches: string | null } {
  const rule = Object.hasOwn(policyRules, reason) ? policyRules[reason as keyof typeof policyRules] : null;
  return rule === null
    ? { why: reason, rule: null, matches: null }
    : { why: rule.why, rule: reason, matches: rule.matches };
}
