import { expect, test } from 'vitest';
import { type LaneName, ReadyQueue } from '../../../../lib/recovery/logical/loading/ready-queue.ts';
import { type Node, TaskGraph, type Work } from '../../../../lib/recovery/logical/loading/task-graph.ts';

const allLanes: LaneName[] = ['rows', 'any', 'main'];

function ready(count: number, estimate: (index: number) => number, more: Partial<Work> = {}) {
  const queue = new ReadyQueue();
  const graph = new TaskGraph((node) => queue.raised(node));
  const nodes = Array.from({ length: count }, (_, index) =>
    graph.enter(
      {
        ...{ locks: [], lane: 'any', kind: 'statement', run: async () => {} },
        estimate: () => estimate(index),
        ...more,
      },
      [],
      [],
      null,
    ),
  );
  for (const node of nodes) queue.add(node);
  return { queue, graph, nodes };
}

function takeAll(queue: ReadyQueue, mayStart: (node: Node) => boolean = () => true): Node[] {
  const taken: Node[] = [];
  for (
    let [head] = queue.heads(allLanes, mayStart);
    head !== undefined;
    [head] = queue.heads(allLanes, mayStart)
  ) {
    queue.remove(head);
    taken.push(head);
  }
  return taken;
}

test('gives the most urgent first, and of equals the one that was submitted first', () => {
  const { queue } = ready(6, (index) => index % 3);

  expect(takeAll(queue).map(({ order, own }) => [own, order])).toEqual([
    [2, 3],
    [2, 6],
    [1, 2],
    [1, 5],
    [0, 1],
    [0, 4],
  ]);
  expect(queue.size).toBe(0);
});

test('gives a task that became more urgent while it waited before the others, and once', () => {
  const { queue, graph, nodes } = ready(3, () => 1);
  graph.enter(
    { locks: [], lane: 'any', kind: 'statement', estimate: () => 50, run: async () => {} },
    [],
    [nodes[2]!],
    null,
  );

  expect(takeAll(queue).map(({ order }) => order)).toEqual([3, 1, 2]);
});

test('keeps what may not start now for later', () => {
  const { queue, nodes } = ready(3, (index) => index);

  expect(queue.heads(['any'], (node) => node !== nodes[2])).toEqual([nodes[1]]);
  expect(queue.heads(['any'], () => true)).toEqual([nodes[2]]);
  expect(queue.heads(['rows', 'main'], () => true)).toEqual([]);
});

test('looks at ten thousand tasks once each to give all of them', () => {
  const { queue } = ready(10_000, (index) => index % 7);
  let looks = 0;

  expect(
    takeAll(queue, () => {
      looks += 1;
      return true;
    }),
  ).toHaveLength(10_000);
  expect(looks).toBe(10_000);
});

test('passes over no more than 64 that may not start, and gives them when they may', () => {
  const { queue, nodes } = ready(1000, () => 0);
  let looks = 0;

  expect(
    queue.heads(['any'], () => {
      looks += 1;
      return false;
    }),
  ).toEqual([]);
  expect(looks).toBe(64);
  expect(takeAll(queue)).toEqual(nodes);
});
