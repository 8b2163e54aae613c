/** PostgreSQL's own parser (libpg_query as WASM), the one place that loads it. */
import { setFlagsFromString } from 'node:v8';
import type { ParseResult, ScanResult } from 'libpg-query';

/**
 * V8 compiles a function of WASM quickly when it is first called, and again, for speed, when it was called often. The parser's
 * grammar is one function of 100 kB that is reached within a hundred statements, and the second compilation of it
 * costs 0.6 s of CPU and 550 MB of memory on Node 24 (0.4 s and 45 MB on Node 20): a Lambda of 512 MB would die of it. Without it
 * even 40,000 statements are parsed no slower. Both settings are needed: V8 derives one from the other only when it starts.
 */
const compileOnce = ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering'];

let parser: Pick<typeof import('libpg-query'), 'parseSync' | 'scanSync'> | null = null;

/** Loads the parser, some 50 ms; await it before any use, as often as you like. */
export async function loadSqlParser(): Promise<void> {
  if (parser !== null) return;
  // The package compiles its module when it is imported, and V8 reads its settings then: hence no import above.
  for (const setting of compileOnce) setFlagsFromString(setting);
  const library = await import('libpg-query');
  await library.loadModule();
  parser = library;
}

/** The syntax tree of one or more statements. @throws Error when PostgreSQL would not parse them */
export const parseSql = (sql: string): ParseResult => loaded().parseSync(sql);

/** The tokens of a text. @throws Error when it holds something that is no token */
export const scanSql = (sql: string): ScanResult => loaded().scanSync(sql);

function loaded(): NonNullable<typeof parser> {
  if (parser === null) throw new Error('loadSqlParser() was not awaited');
  return parser;
}
