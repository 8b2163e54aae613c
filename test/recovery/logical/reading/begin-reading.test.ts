import { expect, test } from 'vitest';
import type { DumpEvent, DumpReader } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { beginReading } from '../../../../lib/recovery/logical/reading/begin-reading.ts';

const encoding: DumpEvent = { kind: 'encoding', encoding: 'UTF8' };
const contents: DumpEvent = { kind: 'contents', entries: [] };
const end: DumpEvent = { kind: 'end', complete: true };

/** A reader of these events, that tells how many were asked of it. */
function readerOf(
  events: DumpEvent[],
  failure: Error | null = null,
): { reader: DumpReader; asked: () => number } {
  let asked = 0;
  async function* read(): DumpReader {
    for (const event of events) {
      asked += 1;
      yield event;
    }
    if (failure !== null) throw failure;
  }
  return { reader: read(), asked: () => asked };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function collected(reader: DumpReader): Promise<DumpEvent[]> {
  const events: DumpEvent[] = [];
  for await (const event of reader) events.push(event);
  return events;
}

test('what a dump says of itself is read before anybody asks, and its content is not', async () => {
  const { reader, asked } = readerOf([encoding, contents, end]);
  const begun = beginReading(reader);
  await turn();

  expect(asked()).toBe(2);
  expect(await collected(begun)).toEqual([encoding, contents, end]);
});

test('an error comes behind the events before it, to whoever asks', async () => {
  const { reader } = readerOf([encoding], new Error('cut off'));
  const begun = beginReading(reader);
  await turn();

  expect(await begun.next()).toEqual({ done: false, value: encoding });
  await expect(begun.next()).rejects.toThrow('cut off');
});

test('a reader of nothing ends', async () => {
  expect(await collected(beginReading(readerOf([]).reader))).toEqual([]);
});
