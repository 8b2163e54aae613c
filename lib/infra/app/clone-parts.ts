import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { builtParts, parserFile } from '../bundles/built-parts.ts';
import { writePackedFunctions } from '../bundles/packed-functions.ts';
import type { BuiltFunction } from './build-functions.ts';
import { buildImage } from './build-image.ts';
import { builtOnce } from './built-once.ts';

/**
 * Builds from the sources of this clone what a deployment needs (built-parts.ts). Works offline and without Docker.
 *
 * @throws Error naming a function that is too large, or holds what it must not
 */
export function buildParts(folder: string): BuiltFunction[] {
  mkdirSync(folder, { recursive: true });
  const built = builtParts(folder);
  const functions = functionsOfClone();
  const packed = functions.map(({ name, files, parser }) => [name, { files, parser }] as const);
  writePackedFunctions(built.functions, Object.fromEntries(packed));
  buildImage(built.image);
  copyFileSync(join('node_modules/libpg-query/wasm', parserFile), built.parser);
  return functions;
}

/** A synth waits for nothing, and a bundler with plugins answers later: it has a process of its own. */
function functionsOfClone(): BuiltFunction[] {
  const words = ['scripts/run-ts.mjs', 'scripts/build-functions.ts'];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`the functions cannot be built: ${stderr.trim()}`);
  return JSON.parse(stdout) as BuiltFunction[];
}

let parts: string | null = null;

/** The same, built anew only when the sources changed. @returns a folder that is there until this process ends */
export function cloneParts(): string {
  if (parts !== null) return parts;
  const folder = mkdtempSync(join(tmpdir(), 'restore-drill-parts-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  builtOnce('parts', folder, (beside) => {
    const told = buildParts(beside).map(({ files: _, ...each }) => each);
    writeFileSync(join(beside, toldFile), JSON.stringify(told));
  });
  parts = folder;
  return folder;
}

/** What is told of a function beside its code. */
export type ToldFunction = Omit<BuiltFunction, 'files'>;

/** Lies beside the parts of a clone, and not in the package. */
const toldFile = 'functions-told.json';

/** The functions in cloneParts(), as they were built. */
export const cloneFunctions = (): ToldFunction[] =>
  JSON.parse(readFileSync(join(cloneParts(), toldFile), 'utf8')) as ToldFunction[];

/** Lays them into the folder of a package. @returns what is told of its functions */
export function layParts(folder: string): ToldFunction[] {
  cpSync(cloneParts(), folder, { recursive: true, filter: (source) => basename(source) !== toldFile });
  return cloneFunctions();
}
