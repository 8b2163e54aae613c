import { expect, test } from 'vitest';
import { inOwnProcess } from '../support/own-process.ts';

/** Full collections while 400 MB pass as buffers of half a MiB, of which a few are alive at a time. */
const collectionsWhile = (begin: string): string => `
  import { setImmediate as nextTurn } from 'node:timers/promises';
  import { constants, PerformanceObserver } from 'node:perf_hooks';
  let full = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) full += 1;
  });
  observer.observe({ entryTypes: ['gc'] });
  ${begin}
  const alive = [];
  for (let n = 0; n < 800; n += 1) {
    alive.push(Buffer.allocUnsafeSlow(512 * 1024).fill(n % 256));
    if (alive.length > 16) alive.shift();
    await nextTurn();
  }
  await nextTurn();
  console.log(JSON.stringify({ full, peakMebibytes: process.resourceUsage().maxRSS / 1024}));
`;

test('rows pass with a third of the full collections at most, and in bounded memory', async () => {
  const headroom =
    "import { giveHeapHeadroom } from './lib/restorer/loading/heap-headroom.ts'; giveHeapHeadroom();";
  const ours = (await inOwnProcess(collectionsWhile(headroom))) as Counted;
  const asItComes = (await inOwnProcess(collectionsWhile(''))) as Counted;
  expect(ours.full).toBeLessThanOrEqual(asItComes.full / 3);
  expect(ours.peakMebibytes).toBeLessThan(200);
});

interface Counted {
  full: number;
  peakMebibytes: number;
}
