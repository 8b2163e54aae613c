import { parseSync } from 'libpg-query';

/**
 * The statements of a dump without rows, parted by PostgreSQL's own parser. psql's meta-commands are left out; what
 * stands before a `\connect` and after it is parsed apart.
 */
export function statementsOf(dump: string): string[] {
  return dump.split(/^\\connect .*$/m).flatMap((part) => {
    const text = part.replaceAll(/^\\.*$/gm, '');
    const bytes = Buffer.from(text, 'utf8');
    return (parseSync(text).stmts ?? []).map(({ stmt_location: start = 0, stmt_len: length }) =>
      bytes
        .subarray(start, length === undefined ? undefined : start + length)
        .toString('utf8')
        .trim(),
    );
  });
}
