import { expect, test } from 'vitest';
import { answerToSignal } from '../../../lib/cli/terminal/interruption.ts';

test.each([
  { earlier: 0, seconds: 0, answer: 'stop', when: 'the first' },
  { earlier: 0, seconds: 4711, answer: 'stop', when: 'the first, whenever it comes' },
  { earlier: 1, seconds: 0.1, answer: 'say so', when: 'a second at once' },
  { earlier: 1, seconds: 2.9, answer: 'say so', when: 'a second while stopping is under way' },
  { earlier: 1, seconds: 3, answer: 'end', when: 'a second when stopping should be over' },
  { earlier: 2, seconds: 0.2, answer: 'end', when: 'a third at once' },
])('a signal: $when asks to $answer', ({ earlier, seconds, answer }) => {
  expect(answerToSignal(earlier, seconds)).toBe(answer);
});
