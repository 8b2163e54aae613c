import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../test/e2e/support/world.ts';

/** A watchdog that lives may be at work beside the command that came next. */
const patienceSeconds = 30;

/**
 * What a drill may leave on its machine, in words: processes, sandboxes, sockets, files in the temporary folder. Waits until
 * nothing is left, and no longer than 30 s.
 *
 * @returns none when everything is as before the drill, and after how long it was
 */
export async function leftIn(world: World): Promise<{ left: string[]; seconds: number }> {
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  for (;;) {
    const left = leftNow(world);
    if (left.length === 0 || seconds() > patienceSeconds) return { left, seconds: seconds() };
    await sleep(100);
  }
}

function leftNow(world: World): string[] {
  const processes = world.processes().map(({ pid, title }) => `process ${pid} ${title}`);
  // The private folder stays with its empty `sandboxes`.
  const kept = /^restore-drill-[^/]*(\/sandboxes)?$/;
  const temporary = namesBelow(world.temporaryDirectory).filter((name) => !kept.test(name));
  return [...processes, ...temporary.slice(0, 5).map((name) => `temporary ${name}`)];
}

/** Files of the state that are half written, and locks that are held. */
export const unfinishedIn = (world: World): string[] =>
  namesBelow(world.stateDirectory).filter((name) => /\.tmp$|\.lock(\/|$)|\.part$/.test(name));

function namesBelow(folder: string): string[] {
  try {
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    // Something was removed while we looked: there was something.
    return [join(folder, '(being removed)')];
  }
}
