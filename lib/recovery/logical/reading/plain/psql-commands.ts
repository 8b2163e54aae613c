/** The meta-commands of psql 14 to 18 (its documentation, "Meta-Commands"), but for the variants of `\d`. */
const psqlCommands: ReadonlySet<string> = new Set(
  `a bind bind_named c C cd close_prepared close connect conninfo copy copyright crosstabview e echo ef elif else encoding endif
  endpipeline errverbose ev f flush flushrequest g gdesc getenv getresults gexec gset gx h H help i if ir include include_relative
  l list lo_export lo_import lo_list lo_unlink o out p parse password print prompt pset q qecho quit r reset restrict s
  sendpipeline set setenv sf startpipeline sv syncpipeline t T timing unrestrict unset w warn watch write x z`.split(
    /\s+/,
  ),
);

/**
 * The name of a line's meta-command as it may be shown: a command that psql has, or one of its signs. In a damaged dump the
 * line may be a row that begins with a backslash, and what looks like a name is its value.
 */
export function shownCommand(line: string): string {
  const name = /^\\([A-Za-z_]+|[^\s\w])?/.exec(line)?.[1] ?? '';
  const known = psqlCommands.has(name) || /^d[A-Za-z]{0,3}$/.test(name) || /^[^\s\w]$/.test(name);
  return known ? `\\${name}` : '\\…';
}
