import module from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import * as z from 'zod';
import type { Places } from './places.ts';

/**
 * Keeps what Node.js compiles of the modules that are loaded from now on, for the next command: `list` takes a quarter less of our
 * processors' time by it, a drill of Pagila 4 to 13 of 100. From Node.js 22.1 on (https://nodejs.org/api/module.html#moduleenablecompilecachecachedir); an earlier one
 * compiles each time. It lies beside the servers, because code is run from there: a folder for everybody, which is Node's default, is not ours to trust.
 * Where the folder cannot be written, nothing is kept.
 */
export function keepCompiledCode({ cacheDirectory }: Pick<Places, 'cacheDirectory'>): void {
  const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => unknown };
  enableCompileCache?.(join(cacheDirectory, 'compiled-code'));
}

/**
 * How much a function must have run before V8 compiles it a second time, for speed: eight times what V8 asks for. Its words for it
 * (src/flags/flag-definitions.h) are bytes of code in the V8 of Node.js 20, and calls since.
 */
export const tierUpSettings = (v8Version: string): string[] =>
  Number.parseInt(v8Version, 10) < 12
    ? ['--interrupt-budget=540672']
    : ['--invocation-count-for-maglev=3200', '--invocation-count-for-turbofan=24000'];

/**
 * Lets V8 compile for speed only what runs long: a drill of Pagila is over in two seconds, of which most of what was compiled twice ran
 * for milliseconds more, and takes 8 to 18 of 100 less of our processors' time by it. A loop over gigabytes is compiled a moment later than before.
 * Schemas do without code that zod writes for each of them when it is first used: 6 of 100 of a drill, 12 to 25 ms for a record alone, and
 * of a thousand records each is read no slower.
 */
export function compileForSpeedLater(v8Version = process.versions.v8): void {
  for (const setting of tierUpSettings(v8Version)) setFlagsFromString(setting);
  z.config({ jitless: true });
}
