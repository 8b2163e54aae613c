/** The lines of a `postgresql.conf` (guc-file.l): a name, an optional `=`, a value that may be quoted, a comment. */

export interface ConfigurationLine {
  /** In lower case: PostgreSQL's names do not tell case apart. */
  name: string;
  /** May be a secret: never to be shown. */
  value: string;
}

/** Lines that are none are passed over: the server that they belong to never starts here. */
export function readConfiguration(text: string): ConfigurationLine[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, name, quoted, bare] =
      /^\s*([A-Za-z_][\w$.-]*)(?:\s*=\s*|\s+)(?:'((?:[^'\\]|\\.|'')*)'|([^\s#']+))/.exec(line) ?? [];
    if (name === undefined) return [];
    return [{ name: name.toLowerCase(), value: quoted === undefined ? (bare ?? '') : unquoted(quoted) }];
  });
}

const unquoted = (text: string): string => text.replace(/''/g, "'").replace(/\\(.)/g, '$1');
