/** psql's meta-commands: what they would mean. None is ever executed. */

export type MetaCommand =
  | { kind: 'restrict'; key: string }
  | { kind: 'unrestrict'; key: string }
  | { kind: 'connect'; database: string }
  | { kind: 'encoding'; encoding: string }
  /** Changes only what psql shows. */
  | { kind: 'harmless' }
  /** Would change what the dump means, or reach out of it. `name` is the command's name. */
  | { kind: 'refused'; name: string; reason: string };

/** Commands that only print or change how psql prints. */
const harmless = new Set(
  (
    '\\? \\a \\C \\conninfo \\copyright \\echo \\errverbose \\f \\h \\H \\help \\p \\print \\pset \\qecho \\t \\T ' +
    '\\timing \\warn \\x \\l \\list \\z \\sf \\sv'
  ).split(' '),
);

/** psql variables that change only what psql prints, or when it stops. */
const harmlessVariables = new Set(
  'ON_ERROR_STOP QUIET ECHO ECHO_HIDDEN VERBOSITY SHOW_CONTEXT PROMPT1 PROMPT2 PROMPT3 HISTFILE HISTSIZE HISTCONTROL'.split(
    ' ',
  ),
);

/** Meaning of a meta-command, given its line from the backslash on, without the end of line. */
export function parseMetaCommand(line: string): MetaCommand {
  const name = /^\\(?:[^\s\\]+)?/.exec(line)?.[0] ?? '\\';
  const words = splitArguments(line.slice(name.length));
  const refused = (reason: string): MetaCommand => ({ kind: 'refused', name, reason });
  if (words === null) return refused('its arguments are unfinished, run a program or hold another command');
  const [first, ...others] = words;
  switch (name) {
    case '\\restrict':
    case '\\unrestrict':
      if (first === undefined || others.length > 0) return refused('it needs exactly one key');
      return { kind: name === '\\restrict' ? 'restrict' : 'unrestrict', key: first };
    case '\\connect':
    case '\\c':
      return parseConnect(name, words);
    case '\\encoding':
      return first === undefined ? { kind: 'harmless' } : { kind: 'encoding', encoding: first };
    case '\\set':
    case '\\unset':
      if (first === undefined || harmlessVariables.has(first)) return { kind: 'harmless' };
      return refused('it sets a psql variable');
  }
  const isHarmless = harmless.has(name) || /^\\d[A-Za-z]*[S+]*$/.test(name);
  return isHarmless ? { kind: 'harmless' } : refused('pg_dump does not write it');
}

/** `\connect db`, `\connect "db"`, `\connect -reuse-previous=on "dbname='db'"`: another database of the same server. */
function parseConnect(name: string, words: string[]): MetaCommand {
  const refused = (reason: string): MetaCommand => ({ kind: 'refused', name, reason });
  const [target, ...elsewhere] = words[0]?.startsWith('-reuse-previous=') === true ? words.slice(1) : words;
  if (elsewhere.some((word) => word !== '-')) return refused('it names another user, host or port');
  if (target === undefined || target === '-') return refused('it names no database');
  if (/^postgres(ql)?:\/\//.test(target)) return refused('it names another server');
  if (!target.includes('=')) return { kind: 'connect', database: target };
  const settings = parseConnectionString(target);
  if (settings === null) return refused('its connection string is malformed');
  const database = settings.get('dbname');
  if (settings.size !== 1 || database === undefined) return refused('it names more than a database');
  return { kind: 'connect', database };
}

/** libpq's `key='value'` list (fe-connect.c: conninfo_parse); null when malformed. */
function parseConnectionString(text: string): Map<string, string> | null {
  const settings = new Map<string, string>();
  const pattern = /\s*([^\s=]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/gsy;
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    settings.set(match[1] as string, (match[2] ?? match[3] ?? '').replaceAll(/\\(.)/gs, '$1'));
    end = match.index + match[0].length;
  }
  return text.slice(end).trim() === '' ? settings : null;
}

/**
 * Arguments as psql splits them (psqlscanslash.l): quotes may be part of a word, '' and "" double, backslash escapes
 * in single quotes. Null when a quote is open, a backquote would run a program, or a backslash begins another command.
 */
function splitArguments(text: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  for (let at = 0; at < text.length; ) {
    const character = text.charAt(at);
    if (character === '`' || character === '\\') return null;
    if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
      at++;
    } else if (character === '"' || character === "'") {
      const pattern = character === '"' ? /"((?:[^"]|"")*)"/y : /'((?:[^'\\]|''|\\.)*)'/sy;
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (match === null) return null;
      const inner = (match[1] as string).replaceAll(character + character, character);
      word = (word ?? '') + (character === "'" ? inner.replaceAll(/\\(.)/gs, '$1') : inner);
      at += match[0].length;
    } else {
      word = (word ?? '') + character;
      at++;
    }
  }
  if (word !== null) words.push(word);
  return words;
}
