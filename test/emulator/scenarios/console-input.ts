import { describe, expect, test } from 'vitest';
import { expectNothingLeft } from '../support/traces.ts';
import type { World } from '../support/world.ts';

/** What a tired person types into "Start execution". */
const typed: { what: string; name: string; input: unknown; says: RegExp }[] = [
  { what: 'nothing', name: 'typed-empty', input: {}, says: /name one of/ },
  { what: 'a string', name: 'typed-string', input: 'please restore', says: /expected object/i },
  {
    what: 'a field that does not exist',
    name: 'typed-unknown',
    input: { database: 'typed', force: true },
    says: /force/,
  },
  {
    what: "another database's name as confirmation",
    name: 'typed-confirm',
    input: { mode: 'restore', database: 'typed', confirm: 'shop' },
    says: /confirm/,
  },
  {
    what: 'a moment in the future',
    name: 'typed-future',
    input: { database: 'typed', at: '2199-01-01T00:00:00Z' },
    says: /future/,
  },
  {
    what: 'a database that is not configured',
    name: 'typed-foreign',
    input: { database: 'payroll' },
    says: /payroll/,
  },
];

export function consoleInputScenarios(world: () => World): void {
  describe('what is typed into the console', () => {
    test.each(typed)('$what: refused with a clear cause, nothing made', async ({ name, input, says }) => {
      const execution = await world().account.start(input, name);
      const ended = await world().account.ended(execution);

      expect(ended.status).toBe('FAILED');
      expect(ended.error).toBe('COULD_NOT_VERIFY');
      expect(ended.cause).toMatch(says);
      expect(Buffer.byteLength(ended.cause ?? '')).toBeLessThan(32 * 1024);
      const states = await world().account.states(execution);
      expect(states).not.toContain('Provision sandbox');
      expect(states).toContain('Seal record');
      expect(await world().account.evidenceNames(name)).toContain('record.json');
      await expectNothingLeft(world(), 'typed');
    });
  });
}
