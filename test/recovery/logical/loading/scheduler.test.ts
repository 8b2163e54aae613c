import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Session } from '../../../../lib/recovery/logical/loading/connection.ts';
import { EndSignal } from '../../../../lib/recovery/logical/loading/end-signal.ts';
import {
  everything,
  type Grade,
  type Lock,
  readsEverything,
} from '../../../../lib/recovery/logical/loading/locks.ts';
import { Scheduler } from '../../../../lib/recovery/logical/loading/scheduler.ts';
import { Slot } from '../../../../lib/recovery/logical/loading/slot.ts';
import type { BatchedStatement } from '../../../../lib/recovery/logical/loading/statement-batch.ts';
import {
  type Group,
  RetryAlone,
  type Task,
  type Work,
} from '../../../../lib/recovery/logical/loading/task-graph.ts';

const neverConnects = async (): Promise<Session> => {
  throw new Error('these tests run no SQL');
};

const slots = (count: number): Slot[] =>
  Array.from(
    { length: count },
    (_, index) => new Slot(index === 0, neverConnects, new AbortController().signal),
  );

const on = (name: string, grade: Grade): Lock => ({ schema: 'public', name, grade });

/** Records when work begins and ends, so that a test can ask what overlapped. */
class Stage {
  readonly log: string[] = [];
  readonly scheduler: Scheduler;
  readonly ending = new EndSignal();

  constructor(connections: number) {
    this.scheduler = new Scheduler(slots(connections), this.ending, () => 100);
  }

  submit(name: string, locks: Lock[], more: Partial<Work> = {}): Task {
    return this.scheduler.submit({
      locks,
      lane: 'any',
      kind: 'statement',
      estimate: () => 0,
      run: async () => {
        this.log.push(`${name} begins`);
        await sleep(5);
        this.log.push(`${name} ends`);
      },
      ...more,
    });
  }

  before(first: string, second: string): boolean {
    return this.log.indexOf(first) < this.log.indexOf(second);
  }
}

test('says how many sessions no index build holds', async () => {
  const stage = new Stage(3);
  expect(stage.scheduler.sessionsForRows).toBe(3);
  stage.submit('index', [on('t', 'share')]);
  stage.submit('rows', [], { kind: 'rows' });
  expect(stage.scheduler.sessionsForRows).toBe(2);
  await stage.scheduler.idle();
  expect(stage.scheduler.sessionsForRows).toBe(3);
});

describe('scheduling over lock conflicts', () => {
  test('builds two indexes of one table at once', async () => {
    const stage = new Stage(2);
    stage.submit('a', [on('t', 'share')]);
    stage.submit('b', [on('t', 'share')]);
    await stage.scheduler.idle();

    expect(stage.before('b begins', 'a ends')).toBe(true);
  });

  test.each<[string, Lock, Lock]>([
    ['an ALTER TABLE after an index of the same table', on('t', 'share'), on('t', 'exclusive')],
    ['a foreign key after an index of the same table', on('t', 'share'), on('t', 'share row exclusive')],
    ['an index after the rows of its table', on('t', 'rows'), on('t', 'share')],
    ['anything after a statement whose locks are unknown', everything, on('t', 'share')],
    ['a statement whose locks are unknown after anything', on('t', 'share'), everything],
    ['a refresh after the rows of any table', on('t', 'rows'), readsEverything],
    [
      'a name without schema after the same name in any schema',
      on('t', 'exclusive'),
      { schema: null, name: 't', grade: 'share' },
    ],
  ])('runs %s', async (_, first, second) => {
    const stage = new Stage(2);
    stage.submit('first', [first]);
    stage.submit('second', [second]);
    await stage.scheduler.idle();

    expect(stage.log).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
  });

  test('does not make a refresh wait for foreign keys or indexes', async () => {
    const stage = new Stage(3);
    stage.submit('index', [on('t', 'share')]);
    stage.submit('key', [on('u', 'share row exclusive')]);
    stage.submit('refresh', [on('view', 'exclusive'), readsEverything]);
    await stage.scheduler.idle();

    expect(stage.before('refresh begins', 'index ends')).toBe(true);
  });

  test('waits for the entries an archive says it depends on, whatever their locks', async () => {
    const stage = new Stage(2);
    const first = stage.submit('first', [on('t', 'share')]);
    stage.submit('second', [on('u', 'share')], { after: [first] });
    await stage.scheduler.idle();

    expect(stage.before('first ends', 'second begins')).toBe(true);
  });

  test('keeps a table locked while its rows are still to come', async () => {
    const stage = new Stage(2);
    const hold = stage.scheduler.hold([on('t', 'rows')]);
    stage.submit('index', [on('t', 'share')]);
    stage.submit('other', [on('u', 'share')]);
    await sleep(20);
    expect(stage.log).toEqual(['other begins', 'other ends']);
    hold.release();
    await stage.scheduler.idle();

    expect(stage.log.at(-1)).toBe('index ends');
  });

  test('starts what the longest chain waits for first', async () => {
    const stage = new Stage(1);
    const blocker = stage.scheduler.hold([on('a', 'exclusive'), on('b', 'exclusive')]);
    stage.submit('large', [on('a', 'share')], { estimate: () => 50 });
    stage.submit('key', [on('b', 'exclusive')], { estimate: () => 10 });
    stage.submit('index behind the key', [on('b', 'share')], { estimate: () => 80 });
    blocker.release();
    await stage.scheduler.idle();

    expect(stage.log.filter((line) => line.endsWith('begins'))).toEqual([
      'key begins',
      'index behind the key begins',
      'large begins',
    ]);
  });

  test('prefers rows, unless a chain outweighs all rows so far', async () => {
    const stage = new Stage(1);
    const blocker = stage.scheduler.hold([on('a', 'exclusive'), on('b', 'exclusive'), on('c', 'exclusive')]);
    stage.submit('small index', [on('a', 'share')], { estimate: () => 60 });
    stage.submit('huge index', [on('b', 'share')], { estimate: () => 500 });
    stage.submit('rows', [on('c', 'rows')], { kind: 'rows' });
    blocker.release();
    await stage.scheduler.idle();

    expect(stage.log.filter((line) => line.endsWith('begins'))).toEqual([
      'huge index begins',
      'rows begins',
      'small index begins',
    ]);
  });

  test('lets foreign keys overtake one that waits, but never run beside one on the same table', async () => {
    const stage = new Stage(2);
    const building = stage.scheduler.hold([on('message', 'share')]);
    const family = { family: 'foreign keys' };
    stage.submit(
      'waiting',
      [on('message', 'share row exclusive'), on('orders', 'share row exclusive')],
      family,
    );
    stage.submit('first', [on('lines', 'share row exclusive'), on('orders', 'share row exclusive')], family);
    stage.submit(
      'second',
      [on('payment', 'share row exclusive'), on('orders', 'share row exclusive')],
      family,
    );
    await sleep(40);
    expect(stage.log).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
    building.release();
    await stage.scheduler.idle();

    expect(stage.log).toContain('waiting ends');
  });

  test('runs what met a deadlock again, with nothing beside it', async () => {
    const stage = new Stage(3);
    let tries = 0;
    stage.submit('long', [on('a', 'share')]);
    stage.submit('unlucky', [on('b', 'share')], {
      run: async (_slot, alone) => {
        tries += 1;
        if (!alone) throw new RetryAlone();
        stage.log.push('unlucky alone');
      },
    });
    await stage.scheduler.idle();

    expect(tries).toBe(2);
    expect(stage.log).toEqual(['long begins', 'long ends', 'unlucky alone']);
  });

  test('ends every wait with what a task threw, and starts nothing more', async () => {
    const stage = new Stage(1);
    stage.submit('broken', [on('t', 'share')], {
      run: async () => {
        throw new Error('out of order');
      },
    });
    stage.submit('next', [on('t', 'exclusive')]);

    await expect(stage.scheduler.idle()).rejects.toThrow('out of order');
    expect(stage.log).toEqual([]);
  });

  test('lets the reader run at most two chunks per session ahead', async () => {
    const stage = new Stage(2);
    let submitted = 0;
    const reading = (async () => {
      for (let chunk = 0; chunk < 6; chunk += 1) {
        await stage.scheduler.room();
        submitted += 1;
        stage.submit(`chunk ${chunk}`, [], { kind: 'rows' });
      }
    })();
    await Promise.resolve();
    await sleep(0);
    expect(submitted).toBe(4);
    await reading;

    await stage.scheduler.idle();
  });
});

describe('short tasks of a group', () => {
  /** A group that writes down who went together. @param done how many of each load it gets done, one after another; else all */
  class Loads implements Group {
    readonly loads: string[][] = [];
    readonly #done: number[];

    constructor(...done: number[]) {
      this.#done = done;
    }

    async run(_slot: Slot, statements: readonly BatchedStatement[]): Promise<number> {
      this.loads.push(statements.map(({ entry }) => entry.name));
      return this.#done.shift() ?? statements.length;
    }

    /** A task of this group. */
    task(name: string, more: Partial<Work> = {}, isShort = () => true): Partial<Work> {
      const statement = { entry: { name } } as BatchedStatement;
      return { company: { group: this, statement, isShort }, ...more };
    }
  }

  const begun = ({ log }: Stage): string[] =>
    log.filter((line) => line.endsWith(' begins')).map((line) => line.replace(' begins', ''));

  /** Submits tasks on tables of their own while something holds all of them up. */
  async function together(stage: Stage, tasks: [string, Partial<Work>][]): Promise<void> {
    const blocker = stage.scheduler.hold([everything]);
    for (const [name, more] of tasks) stage.submit(name, [on(name, 'share')], more);
    blocker.release();
    await stage.scheduler.idle();
  }

  test('that are ready go together', async () => {
    const [stage, group] = [new Stage(1), new Loads()];
    await together(
      stage,
      ['a', 'b', 'c'].map((name) => [name, group.task(name)]),
    );

    expect(group.loads).toEqual([['a', 'b', 'c']]);
    expect(stage.log).toEqual([]);
  });

  test('leave other sessions their share', async () => {
    const [stage, group] = [new Stage(2), new Loads()];
    await together(
      stage,
      ['a', 'b', 'c', 'd'].map((name) => [name, group.task(name)]),
    );

    expect(group.loads).toEqual([['a', 'b']]);
    expect(begun(stage)).toEqual(['c', 'd']);
  });

  test('are a hundred at most, and 256 kB', async () => {
    const [stage, group] = [new Stage(1), new Loads()];
    await together(
      stage,
      Array.from({ length: 150 }, (_, index) => [`${index}`, group.task(`${index}`, { textBytes: 1024 })]),
    );
    expect(group.loads.map(({ length }) => length)).toEqual([100, 50]);

    const large = new Loads();
    await together(
      stage,
      ['a', 'b', 'c'].map((name) => [name, large.task(name, { textBytes: 100 * 1024 })]),
    );
    expect(large.loads).toEqual([['a', 'b']]);
    expect(begun(stage)).toEqual(['c']);
  });

  test('leave those behind that are not short, or of another group', async () => {
    const [stage, group, other] = [new Stage(1), new Loads(), new Loads()];
    await together(stage, [
      ['a', group.task('a')],
      ['b', group.task('b')],
      ['long', group.task('long', {}, () => false)],
      ['c', other.task('c')],
      ['d', other.task('d')],
      ['of no group', {}],
    ]);

    expect(group.loads).toEqual([['a', 'b']]);
    expect(other.loads).toEqual([['c', 'd']]);
    expect(begun(stage)).toEqual(['long', 'of no group']);
  });

  test('go on without the one that failed, which goes by itself', async () => {
    const [stage, group] = [new Stage(1), new Loads(2)];
    await together(
      stage,
      ['a', 'b', 'failing', 'c', 'd'].map((name) => [name, group.task(name)]),
    );

    expect(group.loads).toEqual([
      ['a', 'b', 'failing', 'c', 'd'],
      ['c', 'd'],
    ]);
    expect(begun(stage)).toEqual(['failing']);
  });

  test('may lock the same table where they are of one family', async () => {
    const [stage, group] = [new Stage(1), new Loads()];
    const blocker = stage.scheduler.hold([everything]);
    for (const name of ['a', 'b'])
      stage.submit(name, [on(name, 'exclusive'), on('hub', 'exclusive')], {
        ...group.task(name),
        family: 'foreign keys',
      });
    blocker.release();
    await stage.scheduler.idle();

    expect(group.loads).toEqual([['a', 'b']]);
  });

  test('free whoever waits for them', async () => {
    const [stage, group] = [new Stage(1), new Loads()];
    const blocker = stage.scheduler.hold([everything]);
    stage.submit('a', [on('a', 'share')], group.task('a'));
    stage.submit('b', [on('b', 'share')], group.task('b'));
    stage.submit('behind', [on('b', 'exclusive')]);
    blocker.release();
    await stage.scheduler.idle();

    expect(group.loads).toEqual([['a', 'b']]);
    expect(begun(stage)).toEqual(['behind']);
  });

  test('end the restore with what their group threw', async () => {
    const [stage, group] = [new Stage(1), new Loads()];
    group.run = async () => {
      throw new Error('out of order');
    };

    await expect(
      together(
        stage,
        ['a', 'b'].map((name) => [name, group.task(name)]),
      ),
    ).rejects.toThrow('out of order');
  });
});

describe('back-pressure of statements', () => {
  test('lets the reader go on only while few statements wait', async () => {
    const stage = new Stage(1);
    for (let count = 0; count < 256; count += 1) stage.submit(`${count}`, [on('t', 'exclusive')]);
    let hasRoom = false;
    const room = stage.scheduler.roomForStatement().then(() => {
      hasRoom = true;
    });
    await Promise.resolve();
    expect(hasRoom).toBe(false);
    await room;
    expect(stage.log).toContain('0 ends');
    expect(stage.log).not.toContain('255 begins');
    await stage.scheduler.idle();
  });

  test('counts the bytes of their text too', async () => {
    const stage = new Stage(1);
    stage.submit('long', [on('t', 'exclusive')], { textBytes: 16 * 1024 ** 2 });
    await stage.scheduler.roomForStatement();
    expect(stage.log).toContain('long ends');
  });

  test('lets it go on when rows further on in the dump may be what they wait for', async () => {
    const stage = new Stage(1);
    const hold = stage.scheduler.hold([on('t', 'rows')], true);
    for (let count = 0; count < 300; count += 1)
      stage.submit(`${count}`, [on('t', 'exclusive')], {
        run: async () => void stage.log.push(`${count} ends`),
      });
    await stage.scheduler.roomForStatement();
    expect(stage.log).toEqual([]);
    hold.release();
    await stage.scheduler.idle();
    expect(stage.log).toContain('299 ends');
  });
});
