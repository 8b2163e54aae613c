import { describe, expect, test } from 'vitest';
import { codesWhere } from '../../../lib/domain/findings/finding-registry.ts';
import { finding, findingRegistry } from '../../../lib/domain/findings/findings.ts';

describe('a finding', () => {
  test('takes severity and next step from the registry', () => {
    const { severity, hint } = findingRegistry.DUMP_TRUNCATED;
    expect(finding('DUMP_TRUNCATED', 'cut at byte 12')).toEqual({
      code: 'DUMP_TRUNCATED',
      severity,
      message: 'cut at byte 12',
      hint,
    });
  });

  test('may carry a more exact next step', () => {
    expect(finding('DUMP_TRUNCATED', 'x', 'Free 3 GB.').hint).toBe('Free 3 GB.');
  });
});

describe('the registry', () => {
  const entries = Object.entries(findingRegistry);

  test.each(entries)(
    '%s says in whole sentences what it means and what to do',
    (_code, { meaning, hint }) => {
      expect(meaning).toMatch(/^([A-Z]|restore-drill ).*\.$/);
      expect(hint).toMatch(/^\S.*\.$/);
    },
  );

  test('excuses a failure only by what could not be verified, never by another failure', () => {
    const excuses = entries.flatMap(([, { explainedBy }]) => explainedBy ?? []);
    expect(excuses).not.toEqual([]);
    for (const excuse of excuses) expect(findingRegistry[excuse].severity).toBe('unverified');
  });

  test('blames the dump for everything that ends its reading', () => {
    const endsReading = codesWhere((definition) => definition.endsReading === true);
    expect(endsReading.size).toBeGreaterThan(0);
    for (const code of endsReading) expect(findingRegistry[code].blames, code).toBe('dump');
  });
});
