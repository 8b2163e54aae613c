import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { EndSignal } from '../../../../lib/recovery/logical/loading/end-signal.ts';
import { PieceQueue } from '../../../../lib/recovery/logical/loading/piece-queue.ts';

/** Pushes texts, each weighing its length, and notes which were let in. */
function pushAll(queue: PieceQueue<string>, texts: string[]): { letIn: string[]; done: Promise<void> } {
  const letIn: string[] = [];
  const done = (async () => {
    for (const text of texts) {
      await queue.push(text);
      letIn.push(text);
    }
    queue.end();
  })();
  return { letIn, done };
}

const byLength = (text: string): number => text.length;

async function all(queue: PieceQueue<string>): Promise<string[]> {
  const taken: string[] = [];
  for await (const piece of queue.pieces((wait) => wait)) taken.push(piece);
  return taken;
}

describe('a queue of pieces', () => {
  test('lets the reader be ahead by its capacity and the piece that crosses it, and no further', async () => {
    const queue = new PieceQueue<string>(10, byLength);
    const { letIn } = pushAll(queue, ['aaaa', 'bbbb', 'cccc', 'd', 'e']);
    await nextTurn();

    expect(letIn).toEqual(['aaaa', 'bbbb', 'cccc']);
  });

  test('holds one large piece at a time', async () => {
    const queue = new PieceQueue<string>(10, byLength);
    const { letIn } = pushAll(queue, ['x'.repeat(100), 'y'.repeat(100)]);
    await nextTurn();

    expect(letIn).toHaveLength(1);
  });

  test('makes room as pieces are taken, and gives them in order', async () => {
    const queue = new PieceQueue<string>(10, byLength);
    const texts = Array.from({ length: 50 }, (_, index) => `piece ${index}`);
    const { done } = pushAll(queue, texts);

    expect(await all(queue)).toEqual(texts);
    await done;
  });

  test('holds one piece of any weight when nothing is said', async () => {
    const queue = new PieceQueue<string>();
    const { letIn } = pushAll(queue, ['a', 'b']);
    await nextTurn();

    expect(letIn).toEqual(['a']);
  });

  test('lets everything pass once nobody takes pieces any more', async () => {
    const queue = new PieceQueue<string>(1, byLength);
    const { letIn, done } = pushAll(queue, ['a', 'b', 'c']);
    await nextTurn();
    queue.drop();
    await done;

    expect(letIn).toEqual(['a', 'b', 'c']);
  });

  test('is not waited for any more when the restore has ended', async () => {
    const ending = new EndSignal();
    const queue = new PieceQueue<string>();
    const taking = queue.pieces((wait) => ending.guard(wait)).next();
    ending.end(new Error('interrupted'));

    await expect(taking).rejects.toThrow('interrupted');
  });
});
