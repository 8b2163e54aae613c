import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** What V8's heap and the buffers it accounts for may grow by before a full collection. */
const headroomBytes = 48 * 1024 ** 2;
/** A heap that doubles between two reckonings is let grow by the percentage of the small one. */
const reckonEveryMs = 50;

/**
 * Lets the rows of a dump pass without full garbage collections, until the function it gives back is called. Every piece of
 * the stream is a buffer that lives for milliseconds and that a young collection frees; but V8 counts it towards the old heap,
 * whose limit, at a heap of 10 MB, made it collect everything 35 times per 270 MB of rows: 0.4 of 2.1 s of our CPU (Node
 * 24: 44 times, 0.6 s).
 *
 * A growth in percent is the only setting of this kind that V8 takes while it runs, so it is reckoned from the heap at hand again
 * and again: the same percentage of a larger heap would be too much memory.
 */
export function keepHeapHeadroom(): () => void {
  reckon();
  const timer = setInterval(reckon, reckonEveryMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    // V8's own choice.
    setFlagsFromString('--heap-growing-percent=0');
  };
}

/** In percent of the heap; at least half of it, so that a large one is not collected all the time. */
export const heapGrowthPercent = (usedHeapBytes: number): number =>
  Math.max(50, Math.ceil((headroomBytes / usedHeapBytes) * 100));

const reckon = (): void =>
  setFlagsFromString(`--heap-growing-percent=${heapGrowthPercent(getHeapStatistics().used_heap_size)}`);
