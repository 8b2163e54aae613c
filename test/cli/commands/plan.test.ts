import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { described } from '../../../lib/cli/commands/plan.ts';
import { finding } from '../../../lib/domain/findings/findings.ts';
import { aDrillState } from '../../support/drill-states.ts';

test('a plan breaks at words, whatever the names, the digests and the hints', () => {
  const state = aDrillState({ dumpLocation: `/backups/${'very '.repeat(30)}far` });
  const findings = [finding('CHECKSUM_ABSENT', `there is nothing beside ${'a rather long name '.repeat(5)}`)];
  const text = described({ state, findings }, 3, 80);

  expect(Math.max(...text.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(80);
  expect(text.split('\n')[0]).toBe('Database  shop');
  expect(text).toContain('Checks    the built-in ones and 3 of drills.yaml');
  expect(text).toMatch(/^ {2}→ /m);
});
