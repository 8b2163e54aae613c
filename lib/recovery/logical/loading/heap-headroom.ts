import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** What a small heap and the buffers that V8 accounts for may grow by before a full collection. */
const headroomBytes = 48 * 1024 ** 2;
/** A heap that doubles between two reckonings is let grow by the percentage of the small one. */
const reckonEveryMs = 50;

/**
 * Lets the heap grow by half between full collections, until the function it gives back is called. The table of contents of an archive of
 * 5,000 tables makes 30 MB that live out of 10 in half a second: V8's own choice, four times the heap, or the headroom of the small one would not collect again.
 */
export function keepHeapSmall(): () => void {
  grow(50);
  // V8's own choice.
  return () => grow(0);
}

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
  const reckon = (): void => grow(heapGrowthPercent(getHeapStatistics().used_heap_size));
  reckon();
  const timer = setInterval(reckon, reckonEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * In percent of the heap: the larger it is the less headroom is left for it, since both are memory; but at least a quarter of it, so that
 * a large one is not collected all the time.
 */
export const heapGrowthPercent = (usedHeapBytes: number): number =>
  Math.max(25, Math.ceil(((headroomBytes - usedHeapBytes / 2) / usedHeapBytes) * 100));

const grow = (percent: number): void => setFlagsFromString(`--heap-growing-percent=${percent}`);
