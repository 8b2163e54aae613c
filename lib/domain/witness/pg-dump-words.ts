import { DrillError } from '../findings/errors.ts';

/** What a call of pg_dump says, as far as a witness needs it. */
export interface PgDumpCall {
  /** Words before the program: `sudo -u postgres`, `docker exec -i db`. */
  wrapper: string[];
  /** The program as it was called. */
  program: string;
  words: string[];
  /** Words with which psql reaches the same database in the same way. */
  connection: string[];
  /** The file or folder that it writes; null: stdout. */
  file: string | null;
  directory: boolean;
  /** The words that leave something of the database out of the dump. */
  selecting: string[];
}

/** Options with a value, by their long name (PostgreSQL 18, pg_dump.c, `long_options`). */
const valued: Readonly<Record<string, string>> = {
  d: 'dbname',
  e: 'extension',
  E: 'encoding',
  f: 'file',
  F: 'format',
  h: 'host',
  j: 'jobs',
  n: 'schema',
  N: 'exclude-schema',
  p: 'port',
  S: 'superuser',
  t: 'table',
  T: 'exclude-table',
  U: 'username',
  Z: 'compress',
};
const valuedLong = new Set([
  ...Object.values(valued),
  'lock-wait-timeout',
  'role',
  'section',
  'exclude-table-data',
  'exclude-table-data-and-children',
  'exclude-table-and-children',
  'table-and-children',
  'exclude-extension',
  'extra-float-digits',
  'filter',
  'include-foreign-data',
  'restrict-key',
  'rows-per-insert',
  'snapshot',
  'sync-method',
]);
const shortFlags: Readonly<Record<string, string>> = {
  a: 'data-only',
  b: 'large-objects',
  B: 'no-large-objects',
  c: 'clean',
  C: 'create',
  O: 'no-owner',
  R: 'no-reconnect',
  s: 'schema-only',
  v: 'verbose',
  w: 'no-password',
  W: 'password',
  x: 'no-privileges',
};

const connecting = new Set(['dbname', 'host', 'port', 'username', 'no-password', 'password']);
/** An option of Debian's wrapper around both programs. */
const ofWrapper = 'cluster';
const selectingOptions = new Set([
  'extension',
  'exclude-extension',
  'schema',
  'exclude-schema',
  'table',
  'table-and-children',
  'exclude-table',
  'exclude-table-and-children',
  'exclude-table-data',
  'exclude-table-data-and-children',
  'filter',
  'section',
  'data-only',
  'schema-only',
  'no-schema',
  'no-data',
  'statistics-only',
  'no-large-objects',
  'no-blobs',
  'no-policies',
  'no-unlogged-table-data',
]);

/**
 * Reads the words of a call of pg_dump as getopt_long does.
 *
 * @throws DrillError REQUEST_INVALID when it is no such call, or one that cannot be witnessed
 */
export function readPgDumpWords(given: readonly string[]): PgDumpCall {
  const place = given.findIndex((word) => /(^|[\\/])pg_dump(\.exe)?$/.test(word));
  const program = given[place];
  if (program === undefined) {
    throw new DrillError('REQUEST_INVALID', 'a witness is taken of a call of pg_dump, and there is none', {
      hint: 'restore-drill witness -- pg_dump -Fc -f app.dump app',
    });
  }
  const words = given.slice(place + 1);
  const options = optionsOf(words);
  const find = (name: string) => options.findLast((option) => option.name === name)?.value ?? null;
  if (find('snapshot') !== null) {
    throw new DrillError(
      'REQUEST_INVALID',
      'the witness opens the snapshot itself, and --snapshot is given',
      {
        hint: 'Leave --snapshot out.',
      },
    );
  }
  const format = find('format') ?? 'plain';
  return {
    wrapper: given.slice(0, place),
    program,
    words,
    connection: options.flatMap(({ name, value }) => connectionWords(name, value)),
    file: find('file'),
    directory: format.startsWith('d'),
    selecting: options.filter(({ name }) => selectingOptions.has(name)).map(({ name }) => `--${name}`),
  };
}

function connectionWords(name: string, value: string | null): string[] {
  if (!connecting.has(name) && name !== ofWrapper) return [];
  return value === null ? [`--${name}`] : [`--${name}=${value}`];
}

function optionsOf(words: readonly string[]): { name: string; value: string | null }[] {
  const options: { name: string; value: string | null }[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      for (const database of rest.splice(0)) options.push({ name: 'dbname', value: database });
    } else if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      const written = equals < 0 ? word.slice(2) : word.slice(2, equals);
      const name = fullName(written);
      const value = equals >= 0 ? word.slice(equals + 1) : takesValue(name) ? (rest.shift() ?? null) : null;
      options.push({ name, value });
    } else if (word.startsWith('-') && word.length > 1) {
      options.push(...shortOptions(word.slice(1), rest));
    } else options.push({ name: 'dbname', value: word });
  }
  return options;
}

const takesValue = (name: string): boolean => valuedLong.has(name) || name === ofWrapper;

/** getopt_long takes any beginning that fits one option only. */
function fullName(written: string): string {
  const names = [...new Set([...valuedLong, ...selectingOptions, ...connecting, ofWrapper])];
  if (names.includes(written)) return written;
  const [only, ...others] = names.filter((name) => name.startsWith(written));
  return only !== undefined && others.length === 0 ? only : written;
}

/** Flags may be run together; the first that takes a value takes the rest of the word, or the next one. */
function shortOptions(letters: string, rest: string[]): { name: string; value: string | null }[] {
  const options: { name: string; value: string | null }[] = [];
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters.charAt(at);
    const name = valued[letter];
    if (name !== undefined) {
      const attached = letters.slice(at + 1);
      options.push({ name, value: attached === '' ? (rest.shift() ?? null) : attached });
      return options;
    }
    options.push({ name: shortFlags[letter] ?? letter, value: null });
  }
  return options;
}
