import { describe, expect, test } from 'vitest';
import type { Lock } from '../../../../lib/recovery/logical/loading/locks.ts';
import { RunningTasks } from '../../../../lib/recovery/logical/loading/running-tasks.ts';
import { type Node, TaskGraph } from '../../../../lib/recovery/logical/loading/task-graph.ts';

const lock = (name: string, schema: string | null = 'public'): Lock => ({
  ...{ schema, name },
  grade: 'share row exclusive',
});

const graph = new TaskGraph();
const task = (locks: Lock[], family: string | null = 'foreign keys'): Node =>
  graph.enter(
    {
      ...{ locks, lane: 'any', kind: 'statement', estimate: () => 0, run: async () => {} },
      ...(family === null ? {} : { family }),
    },
    locks,
    [],
    null,
  );

describe('what runs holds up', () => {
  test.each<[string, boolean, Node, Node]>([
    ['a key of the same table', true, task([lock('a'), lock('b')]), task([lock('c'), lock('b')])],
    ['no key of other tables', false, task([lock('a')]), task([lock('b')])],
    ['no key of a table of that name elsewhere', false, task([lock('a', 'x')]), task([lock('a', 'y')])],
    ['a key whose schema is not known', true, task([lock('a', 'x')]), task([lock('a', null)])],
    ['a key while one of unknown schema runs', true, task([lock('a', null)]), task([lock('a', 'x')])],
    ['whoever locks everything', true, task([lock('a')]), task([lock('*', null)])],
    ['nothing of no family', false, task([lock('a')]), task([lock('a')], null)],
    ['nothing, having no family itself', false, task([lock('a')], null), task([lock('a')])],
    ['nothing of another family', false, task([lock('a')], 'others'), task([lock('a')])],
  ])('%s', (_, expected, running, waiting) => {
    const tasks = new RunningTasks();
    tasks.add(running);
    expect(tasks.holdUp(waiting)).toBe(expected);
    tasks.remove(running);
    expect(tasks.holdUp(waiting)).toBe(false);
  });

  test('as long as one of several with the same table runs', () => {
    const tasks = new RunningTasks();
    const [first, second, waiting] = [task([lock('a')]), task([lock('a')]), task([lock('a')])];
    tasks.add(first);
    tasks.add(second);
    tasks.remove(first);
    tasks.remove(first);
    expect(tasks.holdUp(waiting)).toBe(true);
    tasks.remove(second);
    expect(tasks.holdUp(waiting)).toBe(false);
  });
});
