/** SELECT: the few function calls that pg_dump writes, and nothing else. */
import type { FuncCall, Node, SelectStmt } from 'libpg-query';
import type { Decision } from './decision.ts';
import { relationInText } from './left-out-schemas.ts';
import { sessionSetting } from './settings.ts';
import { as, constantText, nameParts, visitAll } from './syntax-tree.ts';
import { type Handlers, lock, place, planOf, refuse, run, type Subject, skip } from './verdicts.ts';

/** Functions that may stand inside the arguments of setval: hand-made dumps compute the value from the table. */
const harmlessInside: ReadonlySet<string> = new Set([
  'max',
  'min',
  'count',
  'coalesce',
  'greatest',
  'pg_get_serial_sequence',
  'nextval',
  'currval',
]);
const largeObjectCalls: ReadonlySet<string> = new Set([
  'lo_create',
  'lo_creat',
  'lo_open',
  'lo_close',
  'lowrite',
  'lo_put',
  'lo_from_bytea',
]);

/** Name of a function of PostgreSQL itself; null for one in another schema. */
function systemFunction(call: FuncCall): string | null {
  const parts = nameParts(call.funcname);
  const name = parts.at(-1) ?? '';
  return parts.length === 1 || parts[0] === 'pg_catalog' ? name : null;
}

function writtenName(call: FuncCall): string {
  return nameParts(call.funcname).join('.');
}

function callsIn(node: unknown): FuncCall[] {
  const calls: FuncCall[] = [];
  visitAll(node, 'FuncCall', (call) => calls.push(call));
  return calls;
}

function decideCall(subject: Subject, call: FuncCall): Decision {
  const name = systemFunction(call);
  const refused = refuse('unknown-function', `${place(subject)} calls the function "${writtenName(call)}"`);
  if (name === null) return refused;
  const inside = callsIn(call.args);
  if (/^pg_(restore|clear)_\w+_stats$/.test(name)) return skip('statistics-import');
  if (name === 'lo_unlink') return skip('large-object-unlink');
  if (name === 'pg_extension_config_dump') return skip('extension-marker');
  const odd = inside.find((inner) => !harmlessInside.has(systemFunction(inner) ?? ''));
  if (odd !== undefined)
    return refuse('unknown-function', `${place(subject)} calls the function "${writtenName(odd)}"`);
  if (name === 'set_config') {
    const [setting, value] = [constantText(call.args?.[0]), constantText(call.args?.[1])];
    if (setting === null || value === null || call.args?.length !== 3 || inside.length > 0) return refused;
    const isLocal = constantText(call.args[2]);
    if (isLocal === null) return refused;
    return isLocal === 'true' ? skip('setting-skipped') : sessionSetting(subject, setting, value);
  }
  if (name === 'setval') {
    const sequence = relationInText(constantText(call.args?.[0]));
    const readsTable = call.args?.some((argument) => constantText(argument) === null) ?? true;
    return run(
      subject,
      planOf('sequence value', {
        locks: readsTable || sequence === null ? null : lock(sequence, 'share row exclusive'),
      }),
    );
  }
  if (largeObjectCalls.has(name) && inside.length === 0) return run(subject, planOf('large object'));
  return refused;
}

/** The one call of `SELECT f(…)`, `SELECT f(…) FROM …` or `SELECT * FROM f(…)`. */
function callees(select: SelectStmt): FuncCall[] {
  const direct = (node: Node | undefined) => as(node, 'FuncCall');
  const targets = (select.targetList ?? []).flatMap((target) => direct(as(target, 'ResTarget')?.val) ?? []);
  const sources = (select.fromClause ?? []).flatMap((source) =>
    (as(source, 'RangeFunction')?.functions ?? []).flatMap(
      (item) => direct(as(item, 'List')?.items?.[0]) ?? [],
    ),
  );
  return [...targets, ...sources];
}

export const functionCallHandlers: Handlers = {
  SelectStmt: (node, subject) => {
    if (node.intoClause !== undefined) return refuse('not-of-a-dump', `${place(subject)} is a SELECT INTO`);
    let writes = false;
    for (const tag of ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'] as const)
      visitAll(node, tag, () => {
        writes = true;
      });
    const calls = callsIn(node);
    const first = calls[0];
    if (writes) return refuse('not-of-a-dump', `${place(subject)} changes data inside a SELECT`);
    // Operators may call functions too, so even a call-free SELECT is not executed: it cannot be needed.
    if (first === undefined) return skip('without-effect');
    const called = callees(node);
    const only = called[0];
    const nested = new Set(called.flatMap((call) => callsIn(call.args)));
    const stray = calls.find((call) => !called.includes(call) && !nested.has(call));
    if (stray !== undefined || only === undefined)
      return refuse(
        'unknown-function',
        `${place(subject)} calls the function "${writtenName(stray ?? first)}"`,
      );
    const decisions = called.map((call) => decideCall(subject, call));
    const refusal = decisions.find((decision) => decision.action === 'refuse');
    if (refusal !== undefined) return refusal;
    const decision = decisions[0];
    if (decision === undefined || decisions.length === 1) return decision ?? skip('without-effect');
    // Several calls in one SELECT: as one statement only when all of them run; the plan is then the careful one.
    if (decisions.every((each) => each.action === 'skip')) return decision;
    if (decisions.every((each) => each.action === 'run' && each.plan.kind !== 'set'))
      return run(subject, planOf('other'));
    return refuse('unknown-function', `${place(subject)} mixes calls that are kept and left out`);
  },
};
