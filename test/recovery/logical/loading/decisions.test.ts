import { describe, expect, test } from 'vitest';
import { Decisions } from '../../../../lib/recovery/logical/loading/decisions.ts';
import type { RestorePolicy } from '../../../../lib/recovery/logical/loading/restore-policy.ts';
import type { TargetFacts } from '../../../../lib/recovery/logical/loading/server-facts.ts';
import { planOf } from '../../../../lib/recovery/logical/policy/verdicts.ts';
import { anEntry } from './support/events.ts';

const name = { dump: 'shop', sandbox: 'shop' };
const facts: TargetFacts = {
  majorVersion: 15,
  parallelWorkers: 0,
  sharedBuffersBytes: 0,
  walLevel: 'minimal',
  availableExtensions: new Set(),
  superuserRoles: new Set(),
};

/** Decisions by a policy that notes what it was asked. */
function noting(): { decisions: Decisions; asked: string[] } {
  const asked: string[] = [];
  const policy: RestorePolicy = {
    decide: (statement) => {
      asked.push(statement.sql);
      return { action: 'run', statements: [statement], plan: planOf('definition'), rule: null };
    },
    databaseRequest: () => null,
    announcementsIn: () => [],
  };
  return { decisions: new Decisions(policy, facts, 'master'), asked };
}

const entries = (count: number) =>
  Array.from({ length: count }, (_, index) => anEntry(`CREATE VIEW v${index}`));
const onlyStatement = ({ statements: [statement] }: ReturnType<typeof anEntry>) => {
  if (statement === undefined) throw new Error('the entry has no statement');
  return statement;
};

/** Resolves after as many turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('a statement that was decided on before its turn', () => {
  test('is not judged again, and is forgotten once its turn has come', () => {
    const { decisions, asked } = noting();
    const entry = anEntry('CREATE VIEW v');
    const statement = onlyStatement(entry);

    const before = decisions.before(entry, statement, name);
    expect(decisions.before(entry, statement, name)).toBe(before);
    expect(decisions.on(entry, statement, name)).toBe(before);
    expect(asked).toEqual(['CREATE VIEW v']);
    expect(decisions.on(entry, statement, name)).not.toBe(before);
  });

  test('is known by itself and not by its words', () => {
    const { decisions, asked } = noting();
    const [one, other] = [anEntry('CREATE VIEW v'), anEntry('CREATE VIEW v')];
    decisions.before(one, onlyStatement(one), name);
    decisions.on(other, onlyStatement(other), name);
    expect(asked).toHaveLength(2);
  });
});

describe('while something else is waited for', () => {
  test('statements are decided on in their order, until it has come', async () => {
    const { decisions, asked } = noting();
    await decisions.while(turns(10), entries(1_000), name);
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.length).toBeLessThan(20);
    expect(asked).toEqual(asked.map((_, index) => `CREATE VIEW v${index}`));
  });

  test('no more of them than memory is meant for', async () => {
    const { decisions, asked } = noting();
    await decisions.while(turns(2_000), entries(1_000), name);
    expect(asked).toHaveLength(500);
  });

  test('what fails is left to whoever waits for it', async () => {
    const { decisions } = noting();
    const failing = turns(5).then(() => Promise.reject(new Error('no database')));
    await decisions.while(failing, entries(1_000), name);
    await expect(failing).rejects.toThrow('no database');
  });
});
