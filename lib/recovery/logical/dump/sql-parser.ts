/** PostgreSQL's own parser (libpg_query as WASM), the one place that loads it. */
import { setFlagsFromString } from 'node:v8';
import type { ParseResult, ScanResult } from 'libpg-query';

type Parser = Pick<typeof import('libpg-query'), 'parseSync' | 'scanSync'>;

/** How V8 compiles WASM; the second derives from the first only when V8 starts. */
const compileTwice = ['--wasm-tier-up', '--wasm-dynamic-tiering'];
const compileOnce = ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering'];

let parser: Parser | null = null;
let loading: Promise<void> | null = null;

/** Loads the parser, some 50 ms; await it before any use, as often as you like. */
export function loadSqlParser(): Promise<void> {
  loading ??= load();
  return loading;
}

/**
 * V8 compiles a function of WASM quickly when it is first called, and again, for speed, when it was called often. The parser's
 * grammar is one function of 100 kB, whose second compilation begins within a hundred statements and costs 0.6 s of CPU and
 * 550 MB of memory on Node 24 (0.4 s and 45 MB on Node 20), more than a Lambda of 512 MB has. Without it even 40,000
 * statements are parsed no slower.
 *
 * V8 decides when it compiles a function the first time. So the large ones are called once while the setting holds, and then
 * other modules (xz) are compiled as ever: for them the second compilation pays.
 */
async function load(): Promise<void> {
  for (const setting of compileOnce) setFlagsFromString(setting);
  // The package compiles its module when it is imported: hence no import above.
  const library = await import('libpg-query');
  await library.loadModule();
  library.parseSync('SELECT 1');
  library.scanSync('SELECT 1');
  for (const setting of compileTwice) setFlagsFromString(setting);
  parser = library;
}

/**
 * The text that was parsed last, with its tree: a reader asks what a COPY fills, the policy then whether it may run and what it
 * announces. The trees of longer texts would be held for nothing.
 */
let last: { sql: string; tree: ParseResult } = { sql: '', tree: {} };
const longestKept = 4096;

/** The syntax tree of one or more statements, not to be changed. @throws Error when PostgreSQL would not parse them */
export function parseSql(sql: string): ParseResult {
  if (sql === last.sql && sql !== '') return last.tree;
  const tree = loaded().parseSync(sql);
  if (sql.length <= longestKept) last = { sql, tree };
  return tree;
}

/** The tokens of a text. @throws Error when it holds something that is no token */
export const scanSql = (sql: string): ScanResult => loaded().scanSync(sql);

function loaded(): Parser {
  if (parser === null) throw new Error('loadSqlParser() was not awaited');
  return parser;
}
