import { expect, test } from 'vitest';
import { sameMajor } from '../../../lib/domain/sandbox/sandbox-plan.ts';

test('a base backup is recovered by a server of its own major and no other, whatever drills.yaml says', () => {
  expect(sameMajor(15, 17)).toEqual({ major: 15 });
  expect(sameMajor(null, 17)).toEqual({ major: 17 });
});

test('a base backup of a major that no sandbox has is refused, not given to another server', () => {
  expect(sameMajor(13, null)).toEqual({ unsupported: 13 });
  expect(sameMajor(19, 18)).toEqual({ unsupported: 19 });
});
