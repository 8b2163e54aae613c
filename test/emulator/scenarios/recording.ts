import { describe, expect, test } from 'vitest';
import { kindsOf, writeKinds, writtenKinds } from '../support/recording.ts';
import type { World } from '../support/world.ts';

/** Last of all: what the doors did, for test/iam. */
export function recordingScenario(world: () => World): void {
  describe('the recording of every call', () => {
    test('holds no kind of call that test/iam does not evaluate', () => {
      const kinds = kindsOf(world());
      // EMULATOR_RECORD=1 after a change of what doors call, with all scenarios run.
      if (process.env.EMULATOR_RECORD === '1') writeKinds(kinds);

      const known = new Set(writtenKinds().map((kind) => `${kind.door} ${kind.service}:${kind.command}`));
      const unknown = kinds.filter((kind) => !known.has(`${kind.door} ${kind.service}:${kind.command}`));
      expect(unknown).toEqual([]);
      expect(kinds.length).toBeGreaterThan(20);
    });
  });
}
