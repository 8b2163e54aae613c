import type { DumpEvent, DumpReader } from '../dump/dump-stream.ts';

/** What a dump says of itself before its content comes. */
const introductory: ReadonlySet<DumpEvent['kind']> = new Set(['header', 'encoding', 'finding', 'database']);

/**
 * Reads what a dump says of itself at once, the table of contents of an archive with it, while whoever wants the events still has
 * other things to wait for. The events and errors come as they would have.
 */
export function beginReading(reader: DumpReader): DumpReader {
  const begun = introduction(reader);
  return (async function* events(): DumpReader {
    const { read, failure } = await begun;
    yield* read;
    if (failure !== null) throw failure.error;
    yield* reader;
  })();
}

/** Up to the first event that is no introduction. */
async function introduction(
  reader: DumpReader,
): Promise<{ read: DumpEvent[]; failure: { error: unknown } | null }> {
  const read: DumpEvent[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.next();
      if (done === true) return { read, failure: null };
      read.push(value);
      if (!introductory.has(value.kind)) return { read, failure: null };
    }
  } catch (error) {
    return { read, failure: { error } };
  }
}
