import { loadModule, parseSync } from 'libpg-query';
import { describe, expect, test } from 'vitest';
import { policyRules, renderPolicyTable } from '../../../../lib/domain/recovery/policy-rules.ts';
import { decide, ruleOf, texts } from './builders.ts';
import { ruleCases } from './rule-cases.ts';

const actionOf = {
  kept: 'run',
  rewritten: 'run',
  deferred: 'run',
  dropped: 'skip',
  refused: 'refuse',
} as const;

describe('each rule of the RDS policy', () => {
  test.each(ruleCases)('$rule applies to: $sql', async ({ rule, sql, context, before, becomes }) => {
    const decision = await decide(sql, context, before);
    expect(ruleOf(decision)).toBe(rule);
    if (becomes === undefined) return expect(['skip', 'run', 'refuse']).toContain(decision.action);
    expect(decision.action).toBe('run');
    expect(texts(decision)).toEqual(typeof becomes === 'string' ? [becomes] : becomes);
  });

  test.each(ruleCases)('$rule leaves alone: $twin', async ({ rule, twin, twinContext }) => {
    expect(ruleOf(await decide(twin, twinContext))).not.toBe(rule);
  });

  test.each(ruleCases)(
    '$rule does to "$sql" what its row in the table says',
    async ({ rule, sql, context, before, becomes }) => {
      const decision = await decide(sql, context, before);
      const { action } = policyRules[rule];
      // A rewriting rule leaves the statement out when nothing of it is left, a dropping one keeps what others need.
      const allowed: string[] =
        action === 'rewritten'
          ? ['run', 'skip']
          : action === 'dropped'
            ? becomes === undefined
              ? ['skip', 'refuse']
              : ['run']
            : [actionOf[action]];
      expect(allowed).toContain(decision.action);
      if (decision.action === 'run' && action === 'deferred') expect(decision.plan.defer).toBe(true);
    },
  );

  test('is exercised by at least one case', () => {
    const exercised = new Set(ruleCases.map((each) => each.rule as string));
    expect(Object.keys(policyRules).filter((rule) => !exercised.has(rule))).toEqual([]);
  });

  test('has a row of its own in the generated table', () => {
    const table = renderPolicyTable();
    for (const rule of Object.keys(policyRules)) expect(table).toContain(`| \`${rule}\` |`);
    for (const line of table.trimEnd().split('\n'))
      expect(line.replaceAll('\\|', '').split('|')).toHaveLength(8);
  });

  test.each(ruleCases)(
    '$rule leaves a statement that still parses: $sql',
    async ({ sql, context, before }) => {
      await loadModule();
      const decision = await decide(sql, context, before);
      if (decision.action !== 'run' || decision.rule === null) return expect(ruleOf(decision)).not.toBeNull();
      for (const text of texts(decision)) expect(parseSync(text).stmts).toHaveLength(1);
    },
  );
});

describe('what is refused', () => {
  test.each(ruleCases.filter((each) => policyRules[each.rule].action === 'refused'))(
    'carries a finding: $sql',
    async ({ rule, sql, context, before }) => {
      const decision = await decide(sql, context, before);
      // What is only too large is not hostile: nobody can say what it would have done.
      const finding =
        rule === 'too-large'
          ? { code: 'STATEMENT_TOO_LARGE', severity: 'unverified' }
          : { code: 'STATEMENT_REFUSED', severity: 'error' };
      expect(decision).toMatchObject({ action: 'refuse', finding });
    },
  );
});
