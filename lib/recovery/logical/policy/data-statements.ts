/** COPY, INSERT and the statements that change rows. */
import type { Node, RangeVar, UpdateStmt } from 'libpg-query';
import type { Decision } from './decision.ts';
import { as, nameParts, relationOf, visitAll } from './syntax-tree.ts';
import { type Handlers, lock, place, planOf, refuse, run, type Subject, skip } from './verdicts.ts';

const catalogSchemas: ReadonlySet<string> = new Set(['pg_catalog', 'information_schema', 'pg_toast']);
/** Functions that reach files, servers or sessions; extensions that can call out included. */
const outsideFunctions =
  /^(dblink\w*|lo_(import|export)|pg_(read|write|stat|ls|file)_\w*(file|dir|binary)\w*|pg_ls_\w+|pg_read_\w+|pg_(terminate|cancel)_backend|pg_notify|pg_reload_conf|pg_rotate_logfile|pg_switch_wal|pg_create_\w+|pg_logical_\w+|pg_sleep\w*|query_to_xml\w*|cursor_to_xml\w*|table_to_xml\w*|database_to_xml\w*|schema_to_xml\w*|set_config|http\w*|aws_\w+|invoke|query_export_to_s3|table_import_from_s3|postgres_fdw_\w+|mysql_fdw_\w+)$/;

function isCatalog(target: RangeVar | undefined): boolean {
  if (target?.schemaname !== undefined) return catalogSchemas.has(target.schemaname);
  // Without a schema, pg_… is found in pg_catalog first.
  return target?.relname?.startsWith('pg_') ?? false;
}

/** Refusal for a statement on rows that reaches outside or edits the catalog; null when it does neither. */
function objection(subject: Subject, node: Node, target: RangeVar | undefined): Decision | null {
  if (isCatalog(target))
    return refuse('catalog-write', `${place(subject)} writes to the system table "${target?.relname ?? ''}"`);
  let outside: string | undefined;
  visitAll(node, 'FuncCall', (call) => {
    const name = nameParts(call.funcname).at(-1) ?? '';
    if (outsideFunctions.test(name)) outside = name;
  });
  if (outside !== undefined)
    return refuse('outside-function', `${place(subject)} calls the function "${outside}"`);
  let catalog: string | undefined;
  const writes = (inner: { relation?: RangeVar }) => {
    if (isCatalog(inner.relation)) catalog = inner.relation?.relname ?? '';
  };
  visitAll(node, 'InsertStmt', writes);
  visitAll(node, 'UpdateStmt', writes);
  visitAll(node, 'DeleteStmt', writes);
  visitAll(node, 'MergeStmt', writes);
  if (catalog !== undefined)
    return refuse('catalog-write', `${place(subject)} writes to the system table "${catalog}"`);
  return null;
}

function change(subject: Subject, node: Node, target: RangeVar | undefined): Decision {
  return objection(subject, node, target) ?? run(subject, planOf('other'), 'data-change');
}

/** `UPDATE pg_catalog.pg_database SET datistemplate = false WHERE …`, without which --clean could not drop a template. */
function isTemplateFlag(node: UpdateStmt): boolean {
  const [target, ...others] = node.targetList ?? [];
  const isFlag = others.length === 0 && as(target, 'ResTarget')?.name === 'datistemplate';
  return isFlag && node.relation?.relname === 'pg_database' && node.relation.schemaname === 'pg_catalog';
}

export const dataHandlers: Handlers = {
  CopyStmt: (node, subject) => {
    const outside =
      node.filename !== undefined ||
      node.is_program === true ||
      node.is_from !== true ||
      node.query !== undefined;
    if (outside) return refuse('copy-outside', `${place(subject)} is a COPY that leaves the database`);
    const objected = objection(subject, { CopyStmt: node }, node.relation);
    // Rows are written under RowExclusiveLock: beside each other, but not beside an index build. The grade that says
    // the latter is `share row exclusive`; that several COPY into one table go together is the loader's to know.
    return (
      objected ??
      run(subject, planOf('copy', { locks: lock(relationOf(node.relation), 'share row exclusive') }))
    );
  },
  InsertStmt: (node, subject) => {
    const objected = objection(subject, { InsertStmt: node }, node.relation);
    if (objected !== null) return objected;
    const select = as(node.selectStmt, 'SelectStmt');
    const literalRows = select === null || select.valuesLists !== undefined;
    const reads =
      select?.fromClause !== undefined || select?.withClause !== undefined || node.withClause !== undefined;
    let subqueries = false;
    visitAll(select?.valuesLists, 'SubLink', () => {
      subqueries = true;
    });
    if (!literalRows || reads || subqueries) return run(subject, planOf('other'), 'data-change');
    return run(subject, planOf('insert', { locks: lock(relationOf(node.relation), 'share row exclusive') }));
  },
  UpdateStmt: (node, subject) =>
    isTemplateFlag(node)
      ? skip('database-template-flag')
      : change(subject, { UpdateStmt: node }, node.relation),
  DeleteStmt: (node, subject) => change(subject, { DeleteStmt: node }, node.relation),
  MergeStmt: (node, subject) => change(subject, { MergeStmt: node }, node.relation),
  TruncateStmt: (node, subject) => {
    const targets = (node.relations ?? []).flatMap((range) => as(range, 'RangeVar') ?? []);
    const worst = targets.find(isCatalog) ?? targets[0];
    return change(subject, { TruncateStmt: node }, worst);
  },
};
