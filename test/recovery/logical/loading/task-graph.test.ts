import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  everything,
  type Grade,
  type Lock,
  readsEverything,
} from '../../../../lib/recovery/logical/loading/locks.ts';
import {
  collide,
  type Node,
  sameFamily,
  TaskGraph,
  type Work,
} from '../../../../lib/recovery/logical/loading/task-graph.ts';

const work = (locks: Lock[], family?: string): Work => ({
  locks,
  ...(family === undefined ? {} : { family }),
  lane: 'any',
  kind: 'statement',
  estimate: () => 0,
  run: async () => {},
});

const enter = (graph: TaskGraph, locks: Lock[], family?: string): Node =>
  graph.enter(work(locks, family), locks, [], null);

/** Every task that a task waits for, directly or through others. */
function waitedFor(node: Node): Set<Node> {
  const found = new Set<Node>();
  const open = [...node.blockedBy];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...next.blockedBy);
  }
  return found;
}

test('makes each of ten thousand comments on one table wait for one other only', () => {
  const graph = new TaskGraph();
  const nodes = Array.from({ length: 10_000 }, () =>
    enter(graph, [{ schema: 'public', name: 't', grade: 'share row exclusive' }]),
  );

  expect(nodes.map(({ blockers }) => blockers).filter((count) => count > 1)).toEqual([]);
});

test('looks at one task only for each of ten thousand that lock everything or one name', () => {
  const graph = new TaskGraph();
  enter(graph, [everything]);
  const locks: Lock[] = [
    { schema: 'public', name: 't', grade: 'exclusive' },
    { schema: null, name: '#acl', grade: 'exclusive' },
  ];
  const nodes = Array.from({ length: 10_000 }, () => enter(graph, locks));

  expect(Math.max(...nodes.map(({ blockers }) => blockers))).toBe(2);
});

const grades: Grade[] = ['read', 'rows', 'share', 'share row exclusive', 'exclusive'];
const lock: fc.Arbitrary<Lock> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      schema: fc.constantFrom('a', 'b', null),
      name: fc.constantFrom('t', 'u', '#acl'),
      grade: fc.constantFrom(...grades),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom(everything, readsEverything) },
);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      locks: fc.array(lock, { minLength: 1, maxLength: 3 }),
      family: fc.constantFrom(undefined, undefined, 'foreign keys'),
    }),
  },
  { weight: 1, arbitrary: fc.constant('leave' as const) },
);

test('makes a task wait for every earlier one that conflicts, and only for such, whatever ends in between', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 40 }), (steps) => {
      const graph = new TaskGraph();
      for (const next of steps) {
        if (next === 'leave') {
          const free = [...graph.outstanding].find(({ blockers }) => blockers === 0);
          if (free !== undefined) graph.leave(free);
          continue;
        }
        const earlier = [...graph.outstanding];
        const node = enter(graph, next.locks, next.family);
        const reached = waitedFor(node);
        for (const other of earlier) {
          const conflicts = collide(node, other) && !sameFamily(node.work, other.work);
          if (conflicts) expect(reached.has(other)).toBe(true);
          else expect(node.blockedBy).not.toContain(other);
        }
      }
    }),
    { numRuns: 2000 },
  );
});

test('tells the end of a task to whoever asked for it before it, and to whoever asks after it', async () => {
  const graph = new TaskGraph();
  const node = enter(graph, []);
  const told: string[] = [];
  const before = node.done.then(() => told.push('before'));

  await Promise.resolve();
  expect(told).toEqual([]);

  graph.leave(node);
  await before;
  await enterAndLeave(graph).done;
  expect(told).toEqual(['before']);
});

function enterAndLeave(graph: TaskGraph): Node {
  const node = enter(graph, []);
  graph.leave(node);
  return node;
}
