import * as z from 'zod';
import { databaseNameSource } from './database-name.ts';
import { fileSchema } from './file-schema.ts';
import { isMapping, type Mapping } from './merge-defaults.ts';

/** JSON Schema's keyword for what follows from `if`. Named, because an object with a `then` looks like a promise. */
const consequence = 'then';

/**
 * The JSON Schema (draft 7, which editors know best) of drills.yaml, from the very schema that parses it. It says of
 * the file as written what can be said without reading it as a whole: a bucket may come from `defaults`, so it is only
 * demanded where there are none.
 */
export function renderConfigJsonSchema(): Mapping {
  const schema = z.toJSONSchema(fileSchema, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
  const rendered: Mapping = { ...schema };
  const properties = isMapping(rendered.properties) ? rendered.properties : {};
  const databases = isMapping(properties.databases) ? properties.databases : {};
  const database = { $ref: '#/definitions/database' };
  rendered.definitions = { database: databases.additionalProperties };
  rendered.properties = {
    ...properties,
    databases: {
      ...databases,
      additionalProperties: database,
      minProperties: 1,
      propertyNames: { type: 'string', pattern: databaseNameSource },
    },
    defaults: {
      description: fileSchema.shape.defaults.meta()?.description,
      allOf: [database, { not: { required: ['notify'] } }],
    },
  };
  // Keys beginning with x- hold YAML anchors, as in Compose files.
  rendered.patternProperties = { '^x-': {} };
  rendered.if = { not: { required: ['defaults'] } };
  rendered[consequence] = {
    properties: {
      databases: {
        additionalProperties: {
          required: ['source'],
          properties: { source: { anyOf: [{ required: ['bucket'] }, { required: ['folder'] }] } },
        },
      },
    },
  };
  return rendered;
}

/** Keys that may stand at a path of the file, for suggestions; of a union those of every variant. */
export function knownKeysAt(path: readonly (string | number)[]): string[] {
  let schemas: Mapping[] = [publishedSchema()];
  for (const segment of path) {
    schemas = schemas.flatMap(variants).flatMap((schema) => {
      const next =
        typeof segment === 'number'
          ? schema.items
          : isMapping(schema.properties) && Object.hasOwn(schema.properties, segment)
            ? schema.properties[segment]
            : schema.additionalProperties;
      return isMapping(next) ? [next] : [];
    });
  }
  const keys = schemas
    .flatMap(variants)
    .flatMap(({ properties }) => (isMapping(properties) ? Object.keys(properties) : []));
  return [...new Set(keys)];
}

let published: Mapping | null = null;
function publishedSchema(): Mapping {
  published ??= renderConfigJsonSchema();
  return published;
}

/** A schema and everything it is an alternative or a combination of. */
function variants(schema: Mapping): Mapping[] {
  const { definitions } = publishedSchema();
  if (schema.$ref === '#/definitions/database' && isMapping(definitions) && isMapping(definitions.database)) {
    return variants(definitions.database);
  }
  const nested = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((list) =>
    Array.isArray(list) ? list : [],
  );
  return [schema, ...nested.filter(isMapping).flatMap(variants)];
}
