/** Comments, labels, publications, and the definitions that run as they are. */
import type { CommentStmt, ObjectType } from 'libpg-query';
import type { Decision, RelationName } from './decision.ts';
import { eventTrigger } from './event-triggers.ts';
import type { NodeTag } from './syntax-tree.ts';
import { nameParts, objectName, relationFromParts } from './syntax-tree.ts';
import {
  type Handlers,
  isMappedToMaster,
  isPredefinedRole,
  lock,
  neededRoles,
  place,
  planOf,
  refuse,
  run,
  type Subject,
  skip,
} from './verdicts.ts';

const relationTypes: ReadonlySet<ObjectType> = new Set<ObjectType>([
  'OBJECT_FOREIGN_TABLE',
  'OBJECT_INDEX',
  'OBJECT_MATVIEW',
  'OBJECT_SEQUENCE',
  'OBJECT_TABLE',
  'OBJECT_VIEW',
]);
/** Kinds whose name ends in a part of the relation: column, or an object on it. */
const onRelationTypes: ReadonlySet<ObjectType> = new Set<ObjectType>([
  'OBJECT_COLUMN',
  'OBJECT_POLICY',
  'OBJECT_RULE',
  'OBJECT_TABCONSTRAINT',
  'OBJECT_TRIGGER',
]);

function commentedRelation(node: CommentStmt): RelationName | null {
  const parts = objectName(node.object);
  if (node.objtype === undefined) return null;
  if (relationTypes.has(node.objtype)) return relationFromParts(parts);
  return onRelationTypes.has(node.objtype) ? relationFromParts(parts.slice(0, -1)) : null;
}

function decideComment(node: CommentStmt, subject: Subject): Decision {
  const { context } = subject;
  const [name = ''] = objectName(node.object);
  switch (node.objtype) {
    case 'OBJECT_DATABASE':
    case 'OBJECT_EXTENSION':
    case 'OBJECT_PUBLICATION':
    case 'OBJECT_SUBSCRIPTION':
    case 'OBJECT_TABLESPACE':
      return skip('comment-not-ours');
    case 'OBJECT_EVENT_TRIGGER':
      return eventTrigger(subject, name);
    case 'OBJECT_ROLE':
      if (isMappedToMaster(name, context) || isPredefinedRole(name)) return skip('comment-not-ours');
      return run(subject, planOf('comment', { locks: [], roles: neededRoles([name], context) }));
    case 'OBJECT_SCHEMA':
      if (name === 'public' && context.targetMajor < 15) return skip('owner-public-schema');
      return run(subject, planOf('comment', { locks: [] }));
    default:
      // A comment locks its relation against itself, ALTER TABLE and CREATE INDEX (ShareUpdateExclusiveLock).
      return run(subject, planOf('comment', { locks: lock(commentedRelation(node), 'share row exclusive') }));
  }
}

/** Definitions that run as they are, in order: nothing is known of what they lock, and no row is read for them. */
const definitions = [
  'AlterCollationStmt',
  'AlterEnumStmt',
  'AlterFdwStmt',
  'AlterFunctionStmt',
  'AlterObjectDependsStmt',
  'AlterOpFamilyStmt',
  'AlterOperatorStmt',
  'AlterTSConfigurationStmt',
  'AlterTSDictionaryStmt',
  'AlterTypeStmt',
  'CompositeTypeStmt',
  'CreateConversionStmt',
  'CreateDomainStmt',
  'CreateEnumStmt',
  'CreateRangeStmt',
  'ViewStmt',
] as const satisfies NodeTag[];

/** Definitions that only a superuser may make: tried, so that the failure is in the record. */
const superuserDefinitions = [
  'CreateAmStmt',
  'CreateCastStmt',
  'CreateFdwStmt',
  'CreateOpClassStmt',
  'CreateOpFamilyStmt',
  'CreatePLangStmt',
  'CreateTransformStmt',
] as const satisfies NodeTag[];

const onItsOwn = (_node: unknown, subject: Subject): Decision => run(subject, planOf('other'));
const plain = (_node: unknown, subject: Subject): Decision => run(subject, planOf('definition'));
const superuserOnly = (_node: unknown, subject: Subject): Decision =>
  run(subject, planOf('definition'), 'superuser-object');

export const schemaObjectHandlers: Handlers = {
  ...Object.fromEntries(definitions.map((tag) => [tag, plain])),
  ...Object.fromEntries(superuserDefinitions.map((tag) => [tag, superuserOnly])),
  // A new constraint of a domain reads every table that has it.
  AlterDomainStmt: onItsOwn,
  CommentStmt: decideComment,
  SecLabelStmt: () => skip('security-label'),
  CreateFunctionStmt: (node, subject) => {
    const language = (node.options ?? [])
      .flatMap((option) => ('DefElem' in option ? option.DefElem : []))
      .find((option) => option.defname === 'language');
    const name = objectName(language?.arg)[0]?.toLowerCase();
    return run(
      subject,
      planOf('definition'),
      name === 'c' || name === 'internal' ? 'superuser-object' : undefined,
    );
  },
  // CREATE AGGREGATE, OPERATOR, TYPE, COLLATION, TEXT SEARCH …: a base type is the one only a superuser may make.
  DefineStmt: (node, subject) => {
    const baseType = node.kind === 'OBJECT_TYPE' && (node.definition ?? []).length > 0;
    return run(subject, planOf('definition'), baseType ? 'superuser-object' : undefined);
  },
  AlterStatsStmt: (node, subject) =>
    run(
      subject,
      planOf('create statistics', {
        locks: lock(relationFromParts(nameParts(node.defnames)), 'share row exclusive'),
      }),
    ),
  CreatePublicationStmt: () => skip('replication'),
  AlterPublicationStmt: () => skip('replication'),
  CreateSubscriptionStmt: () => skip('replication'),
  AlterSubscriptionStmt: () => skip('replication'),
  RenameStmt: (node, subject) => {
    const kinds: (ObjectType | undefined)[] = ['OBJECT_DATABASE', 'OBJECT_ROLE', 'OBJECT_TABLESPACE'];
    return kinds.includes(node.renameType)
      ? refuse('not-of-a-dump', `${place(subject)} renames something of the server`)
      : run(subject, planOf('other'));
  },
  AlterObjectSchemaStmt: onItsOwn,
};
