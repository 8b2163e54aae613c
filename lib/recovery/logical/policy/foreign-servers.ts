/** Foreign data: the definitions stay, the way out goes. */
import type { DefElem, Node } from 'libpg-query';
import type { Decision } from './decision.ts';
import { applyEdits, cutListItems, isWord, type TextEdit, tokenAt, tokensOf } from './statement-text.ts';
import { as } from './syntax-tree.ts';
import { type Handlers, place, planOf, refuse, run, runRewritten, type Subject, skip } from './verdicts.ts';

/** Options that say where the other server is, in the wrappers in common use: all become this machine. */
const addressOptions: ReadonlySet<string> = new Set([
  'host',
  'hostaddr',
  'address',
  'server',
  'servername',
  'dbserver',
]);
/** Options of postgres_fdw and others that only tune; everything else may be a secret or a way out. */
const harmlessOptions: ReadonlySet<string> = new Set([
  'analyze_sampling',
  'async_capable',
  'batch_size',
  'dbname',
  'extensions',
  'fdw_startup_cost',
  'fdw_tuple_cost',
  'fetch_size',
  'parallel_abort',
  'parallel_commit',
  'truncatable',
  'updatable',
  'use_remote_estimate',
]);

function replacement(option: DefElem): string | null {
  const name = (option.defname ?? '').toLowerCase();
  if (addressOptions.has(name)) return "'127.0.0.1'";
  // Port 1 (tcpmux) has no server on a machine of ours: a connection is refused at once.
  if (name === 'port') return "'1'";
  return null;
}

function server(subject: Subject, rawOptions: Node[] | undefined): Decision {
  const plan = planOf('other');
  const options = (rawOptions ?? []).flatMap((option) => as(option, 'DefElem') ?? []);
  if (options.length === 0) return run(subject, plan);
  const { sql } = subject.statement;
  const tokens = tokensOf(sql) ?? [];
  const edits: TextEdit[] = [];
  const dropped: [number, number][] = [];
  for (const option of options) {
    // The location is that of the option's name; ADD, SET or DROP may stand before it, its value after it.
    const name = tokenAt(tokens, option.location);
    const first =
      option.defaction === 'DEFELEM_UNSPEC' ||
      tokens[name - 1]?.text === ',' ||
      tokens[name - 1]?.text === '('
        ? name
        : name - 1;
    let last = name;
    while (tokens[last + 1] !== undefined && tokens[last + 1]?.text !== ',' && tokens[last + 1]?.text !== ')')
      last += 1;
    const value = tokens[last];
    const text = replacement(option);
    const isDrop = option.defaction === 'DEFELEM_DROP';
    if (isDrop || harmlessOptions.has((option.defname ?? '').toLowerCase())) continue;
    if (text === null || value === undefined) dropped.push([first, last]);
    else edits.push({ start: value.start, end: value.end, text });
  }
  const cuts = cutListItems(tokens, dropped, options.length);
  if (cuts !== null) {
    if (cuts.length + edits.length === 0) return run(subject, plan);
    return runRewritten(subject, 'foreign-server', applyEdits(sql, [...edits, ...cuts]), plan);
  }
  // No option is left: the whole clause goes, from OPTIONS to its closing parenthesis at the end.
  const clause = tokens.findLastIndex(
    (token, index) => isWord(token, 'OPTIONS') && tokens[index + 1]?.text === '(',
  );
  const start = tokens[clause - 1]?.end ?? 0;
  const closing = tokens.findLast((token) => token.text === ')');
  return runRewritten(
    subject,
    'foreign-server',
    applyEdits(sql, [{ start, end: closing?.end ?? start, text: '' }]),
    plan,
  );
}

export const foreignServerHandlers: Handlers = {
  CreateForeignServerStmt: (node, subject) => server(subject, node.options),
  AlterForeignServerStmt: (node, subject) => {
    const allDropped = (node.options ?? []).length > 0;
    const decision = server(subject, node.options);
    // ALTER SERVER without options or version is no statement: leave it out.
    const nothingLeft =
      decision.action === 'run' && decision.rule !== null && allDropped && node.has_version !== true;
    return nothingLeft && !decision.statements.some((each) => each.sql.includes('('))
      ? skip('foreign-server')
      : decision;
  },
  CreateUserMappingStmt: (node) =>
    skip('user-mapping', `a user mapping of server "${node.servername ?? ''}" is left out`),
  AlterUserMappingStmt: () => skip('user-mapping'),
  DropUserMappingStmt: () => skip('user-mapping'),
  ImportForeignSchemaStmt: (_node, subject) =>
    refuse('foreign-schema-import', `${place(subject)} imports a foreign schema`),
};
