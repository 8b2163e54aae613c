import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest time that reading goes on without a turn of the event loop: far below what anybody waits for an answer. */
const longestStretchMs = 10;

let lastTurnAt = performance.now();

/**
 * Lets signals, timers, heartbeats and sockets have their turn, when it is time. A decoder in JavaScript and a parser pass their
 * pieces on through promises, which the event loop puts before everything else: 64 KiB of a zstd file may hold two gigabytes, and
 * until they were read nobody would get an answer, a healthy server included.
 */
export async function giveTurn(): Promise<void> {
  if (performance.now() - lastTurnAt < longestStretchMs) return;
  await nextTurn();
  lastTurnAt = performance.now();
}
