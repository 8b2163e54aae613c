/** Typed access to the tree that PostgreSQL's own parser (libpg-query) makes of a statement. */
import type { A_Const, Node, RangeVar, RoleSpec } from 'libpg-query';
import type { RelationName } from './decision.ts';

/** The parser's name of a node, e.g. `CreateStmt`. */
export type NodeTag = Node extends infer N ? (N extends unknown ? keyof N : never) : never;
/** The node that belongs to a tag. */
export type NodeOf<Tag extends NodeTag> = Node extends infer N
  ? N extends Record<Tag, infer V>
    ? V
    : never
  : never;

/** The node inside `node` when it has this tag, else null. */
export function as<Tag extends NodeTag>(node: Node | undefined, tag: Tag): NodeOf<Tag> | null {
  if (node === undefined || !(tag in node)) return null;
  return (node as Record<Tag, NodeOf<Tag>>)[tag];
}

/** Tag of a node; the parser never makes one without. */
export function tagOf(node: Node): NodeTag {
  return Object.keys(node)[0] as NodeTag;
}

/** Calls `visit` for every node of this tag anywhere below `root`, also where the tree leaves the tag out. */
export function visitAll<Tag extends NodeTag>(
  root: unknown,
  tag: Tag,
  visit: (node: NodeOf<Tag>) => void,
): void {
  // An explicit stack: a deep expression must not overflow ours.
  const open: object[] = typeof root === 'object' && root !== null ? [root] : [];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    // Without Object.entries, which makes an array of each node: half the time of looking through a schema's statements.
    for (const key in current) {
      const value: unknown = current[key as keyof typeof current];
      if (key === tag) visit(value as NodeOf<Tag>);
      if (typeof value === 'object' && value !== null) open.push(value);
    }
  }
}

/** Texts of a list of String nodes: the parts of a qualified name. Other nodes are left out. */
export function nameParts(nodes: Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => {
    const text = as(node, 'String')?.sval;
    return text === undefined ? [] : [text];
  });
}

/** Name parts of an object reference, whichever of the parser's five shapes it has. */
export function objectName(node: Node | undefined): string[] {
  if (node === undefined) return [];
  const text = as(node, 'String')?.sval;
  if (text !== undefined) return [text];
  const list = as(node, 'List');
  if (list !== null) return (list.items ?? []).flatMap((item) => objectName(item));
  const type = as(node, 'TypeName');
  if (type !== null) return nameParts(type.names);
  const withArguments = as(node, 'ObjectWithArgs');
  if (withArguments !== null) return nameParts(withArguments.objname);
  const relation = as(node, 'RangeVar');
  if (relation !== null) return [relation.schemaname, relation.relname].filter((part) => part !== undefined);
  return [];
}

/** The relation that a qualified name stands for; a third, leading part (the database) is dropped. */
export function relationFromParts(parts: string[]): RelationName | null {
  const name = parts.at(-1);
  return name === undefined ? null : { schema: parts.at(-2) ?? null, name };
}

export function relationOf(range: RangeVar | undefined): RelationName | null {
  return range?.relname === undefined ? null : { schema: range.schemaname ?? null, name: range.relname };
}

/** Every relation mentioned anywhere below `root`. */
export function relationsIn(root: unknown): RelationName[] {
  const found: RelationName[] = [];
  visitAll(root, 'RangeVar', (range) => {
    const relation = relationOf(range);
    if (relation !== null) found.push(relation);
  });
  return found;
}

/** A role by name; null for PUBLIC, CURRENT_USER and the like. */
export function roleName(role: RoleSpec | undefined): string | null {
  return role?.roletype === 'ROLESPEC_CSTRING' ? (role.rolename ?? null) : null;
}

/** Text of a constant as SET would take it; null for NULL and for what is no constant. */
export function constantText(node: Node | undefined): string | null {
  const cast = as(node, 'TypeCast');
  const constant: A_Const | null = as(cast === null ? node : cast.arg, 'A_Const');
  if (constant === null || constant.isnull === true) return null;
  if (constant.sval !== undefined) return constant.sval.sval ?? '';
  // The tree leaves zero and false out: `{}` is the number 0, or false.
  if (constant.ival !== undefined) return String(constant.ival.ival ?? 0);
  if (constant.fval !== undefined) return constant.fval.fval ?? '';
  if (constant.boolval !== undefined) return constant.boolval.boolval === true ? 'true' : 'false';
  return null;
}
