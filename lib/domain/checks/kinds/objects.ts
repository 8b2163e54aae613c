import * as z from 'zod';
import { finding } from '../../findings/findings.ts';
import { typeInWords } from '../../recovery/entry-words.ts';
import type { AnnouncedObject } from '../../recovery/restore-account.ts';
import { formatCountOf, listOf } from '../../text/quantities.ts';
import type { BuiltInCheckKind, CheckContext } from '../asking/check.ts';
import { mostNamed } from '../asking/check-words.ts';
import {
  missingObjectsSql,
  notObjects,
  objectCatalog,
  routinesByNameSql,
  routineTypes,
} from '../asking/object-catalog.ts';
import {
  databasesOf,
  failedEntries,
  partOf,
  plannedBuiltIn,
  sandboxName,
  skippedByPolicy,
  slices,
  tagOf,
} from '../asking/planning.ts';

/** Type word, schema, tag. */
const paramsSchema = z.object({ objects: z.array(z.tuple([z.string(), z.string().nullable(), z.string()])) });
type Params = z.infer<typeof paramsSchema>;

/** Positions in `params.objects` of what does not exist. */
interface Observation {
  missing: number[];
}

/**
 * Objects whose absence would be news: known to the catalog query, not left out by the policy, and their own entry did not fail –
 * that is told already.
 */
export function expectedObjects(context: CheckContext, database: string): AnnouncedObject[] {
  const skipped = skippedByPolicy(context.account);
  const failed = failedEntries(context.account);
  return context.account.announced.filter(
    (object) =>
      sandboxName(context.account, object.database) === database &&
      object.type in objectCatalog &&
      !skipped(object) &&
      !failed(object),
  );
}

/** Type words that nobody asks for: neither objects we know, nor known properties of objects. */
function unknownTypes(context: CheckContext): string[] {
  const types = new Set(context.account.announced.map(({ type }) => type));
  return [...types].filter((type) => !(type in objectCatalog) && !notObjects.has(type)).sort();
}

export const objectsExist: BuiltInCheckKind<Params, Observation> = {
  kind: 'objects',
  title: 'objects exist',
  asks: 'Does every object that the dump announces exist (tables, views, indexes, constraints, functions, types, triggers, policies …)?',
  origin: 'built-in',
  scans: false,
  findings: ['OBJECT_MISSING'],
  plan(context) {
    return databasesOf(context).flatMap((database) => {
      const byTag = new Map<string, [string, string | null, string]>();
      for (const object of expectedObjects(context, database)) {
        // Extensions have a check of their own, which also reads versions.
        if (object.type === 'EXTENSION') continue;
        const wanted: [string, string | null, string] = [
          object.type,
          object.type === 'SCHEMA' ? null : object.schema,
          tagOf(object),
        ];
        byTag.set(JSON.stringify(wanted), wanted);
      }
      // Sorted by type and name so that overloads of a function fall into one part.
      const sorted = [...byTag.entries()]
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([, wanted]) => wanted);
      const parts = slices(sorted, 500);
      return parts.map((objects, index) =>
        plannedBuiltIn(context, 'objects', database, `objects exist${partOf(index, parts.length)}`, {
          objects,
        }),
      );
    });
  },
  notTested(context) {
    const unknown = unknownTypes(context);
    return unknown.length === 0 ? [] : [`Whether objects of these types exist: ${unknown.join(', ')}.`];
  },
  evidence: {
    expected: ({ objects }) => `${formatCountOf(objects.length, 'object')}`,
    scope: ({ objects }) =>
      listOf([...new Set(objects.map(([type]) => typeInWords(type)))], mostNamed) ||
      'nothing that the dump announces',
    actual: ({ objects }, { missing }) =>
      `${formatCountOf(objects.length - missing.length, 'object')}, ${missing.length} missing`,
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe({ objects }, database) {
    const types = objects.map(([type]) => type);
    const rows = await database.query(missingObjectsSql(new Set(types)), [
      types,
      objects.map((o) => o[1]),
      objects.map((o) => o[2]),
    ]);
    const missing = rows.map((row) => Number(row.n) - 1);
    const routines = missing.filter((index) => routineTypes.has(objects[index]?.[0] ?? ''));
    if (routines.length === 0) return { missing };

    // Tags carry argument types, which older pg_dump versions write in other words. A routine whose tag is not found
    // still counts as present when the database has at least as many routines of that name as the dump announces.
    const wanted = routines.map((index) => ({
      index,
      schema: objects[index]?.[1] ?? null,
      name: bareName(objects[index]?.[2] ?? ''),
    }));
    const counted = await database.query(routinesByNameSql, [
      wanted.map(({ schema }) => schema),
      wanted.map(({ name }) => name),
    ]);
    const present = new Set<number>();
    counted.forEach((row) => {
      const one = wanted[Number(row.n) - 1];
      if (one === undefined) return;
      const announced = objects.filter(
        ([type, schema, tag]) =>
          routineTypes.has(type) && schema === one.schema && bareName(tag) === one.name,
      );
      if (Number(row.routines) >= announced.length) present.add(one.index);
    });
    return { missing: missing.filter((index) => !present.has(index)) };
  },
  judge({ objects }, { missing }) {
    const findings = missing.flatMap((index) => {
      const object = objects[index];
      if (object === undefined) return [];
      const [type, schema, tag] = object;
      return [
        finding(
          'OBJECT_MISSING',
          `${type} ${schema === null ? '' : `${schema}.`}${tag} is announced by the dump and does not exist after the restore`,
        ),
      ];
    });
    return { status: findings.length === 0 ? 'passed' : 'failed', findings };
  },
};

const bareName = (tag: string) => (tag.includes('(') ? tag.slice(0, tag.indexOf('(')) : tag);
