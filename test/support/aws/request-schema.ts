/**
 * Checks a request against the schema that the SDK itself serialises it with: unknown members, missing required ones,
 * wrong types, at every depth – as AWS would refuse it. The layout of these schemas is internal to the SDK (the file's
 * test pins it), their content is AWS's own model: structures `[3, namespace, name, traits, members, schemas, required]`,
 * unions `[4, …]`, lists `[1, …, item]`, maps `[2, …, key, value]`, named simple types `[0, …, traits, type]`,
 * operations `[9, namespace, name, traits, input, output]`; a member is a schema or `[schema, traits]`.
 */
type Schema = unknown;

/** Types without structure, by the SDK's numbers (@smithy/core/schema, `SCHEMA`). */
const simple = {
  string: 0,
  numeric: 1,
  boolean: 2,
  timestamps: [4, 5, 6, 7],
  document: 15,
  bigInteger: 17,
  bigDecimal: 19,
  blob: 21,
  streamingBlob: 42,
  listModifier: 64,
  mapModifier: 128,
} as const;

/** Bit of numeric traits: the SDK fills the member in by itself when it is missing. */
const idempotencyToken = 4;

/** Problems of a request, each with the path of the member; empty when AWS would take it. */
export function problemsOfRequest(operation: Schema, input: unknown): string[] {
  const schema = dereferenced(operation);
  if (!Array.isArray(schema) || schema[0] !== 9) throw new Error('this is no operation schema of the SDK');
  return problemsOf(schema[4], input, String(schema[2]));
}

function problemsOf(given: Schema, value: unknown, path: string): string[] {
  const { schema } = unwrapped(given);
  if (value === null) return [`${path}: is null`];
  if (typeof schema === 'number') return problemsOfSimple(schema, value, path);
  if (schema === 'unit')
    return isPlainObject(value) && Object.keys(value).length === 0 ? [] : [`${path}: takes no input`];
  if (!Array.isArray(schema)) throw new Error(`unknown schema at ${path}`);
  switch (schema[0]) {
    case 0:
      return problemsOf(schema[4], value, path);
    case 1:
      return problemsOfList(schema[4], value, path);
    case 2:
      return problemsOfMap(schema[5], value, path);
    case 3:
      return problemsOfStructure(schema, value, path);
    case 4:
      return [...problemsOfStructure(schema, value, path), ...problemsOfUnion(value, path)];
    default:
      throw new Error(`unknown kind ${String(schema[0])} of schema at ${path}`);
  }
}

function problemsOfStructure(schema: unknown[], value: unknown, path: string): string[] {
  if (!isPlainObject(value)) return [`${path}: is ${kindOf(value)}, not a structure`];
  const names = schema[4] as string[];
  const schemas = schema[5] as Schema[];
  const required = names.slice(0, typeof schema[6] === 'number' ? schema[6] : 0);
  return [
    ...required
      .filter((name, place) => value[name] === undefined && !isFilledIn(schemas[place]))
      .map((name) => `${path}: lacks the required member ${name}`),
    ...Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .flatMap(([name, member]) => {
        const place = names.indexOf(name);
        if (place === -1) return [`${path}: has no member ${name}`];
        const problems = problemsOf(schemas[place], member, `${path}.${name}`);
        // S3 takes labels from the path: an empty one would address the bucket, or nothing.
        const empty = member === '' && isLabel(schemas[place]) ? [`${path}.${name}: is empty`] : [];
        return [...problems, ...empty];
      }),
  ];
}

function problemsOfUnion(value: unknown, path: string): string[] {
  const members = isPlainObject(value) ? Object.values(value).filter((member) => member !== undefined) : [];
  return members.length === 1 ? [] : [`${path}: needs exactly one member, has ${members.length}`];
}

function problemsOfList(item: Schema, value: unknown, path: string): string[] {
  if (!Array.isArray(value)) return [`${path}: is ${kindOf(value)}, not a list`];
  return value.flatMap((element, index) =>
    element === undefined
      ? [`${path}[${index}]: is missing`]
      : problemsOf(item, element, `${path}[${index}]`),
  );
}

function problemsOfMap(item: Schema, value: unknown, path: string): string[] {
  if (!isPlainObject(value)) return [`${path}: is ${kindOf(value)}, not a map`];
  return Object.entries(value).flatMap(([key, element]) =>
    element === undefined ? [] : problemsOf(item, element, `${path}.${key}`),
  );
}

function problemsOfSimple(type: number, value: unknown, path: string): string[] {
  if (type >= simple.mapModifier) return problemsOfMap(type - simple.mapModifier, value, path);
  if (type >= simple.listModifier) return problemsOfList(type - simple.listModifier, value, path);
  const expected = expectation(type);
  return expected.holds(value) ? [] : [`${path}: is ${kindOf(value)}, not ${expected.name}`];
}

function expectation(type: number): { name: string; holds(value: unknown): boolean } {
  if (type === simple.string) return { name: 'a string', holds: (value) => typeof value === 'string' };
  if (type === simple.numeric) return { name: 'a finite number', holds: Number.isFinite };
  if (type === simple.boolean) return { name: 'a boolean', holds: (value) => typeof value === 'boolean' };
  if ((simple.timestamps as readonly number[]).includes(type))
    return { name: 'a date', holds: (value) => value instanceof Date && !Number.isNaN(value.getTime()) };
  if (type === simple.blob)
    return { name: 'bytes', holds: (value) => value instanceof Uint8Array || typeof value === 'string' };
  if (type === simple.streamingBlob) return { name: 'bytes or a stream', holds: isStreamable };
  if (type === simple.bigInteger) return { name: 'a bigint', holds: (value) => typeof value === 'bigint' };
  if (type === simple.document || type === simple.bigDecimal)
    return { name: 'a document', holds: () => true };
  throw new Error(`unknown simple type ${type}`);
}

const isStreamable = (value: unknown) =>
  typeof value === 'string' ||
  value instanceof Uint8Array ||
  (typeof value === 'object' && value !== null && ('pipe' in value || 'getReader' in value));

/** Follows references and takes the traits of a member off it. */
function unwrapped(given: Schema): { schema: Schema; traits: unknown[] } {
  const traits: unknown[] = [];
  let schema = dereferenced(given);
  while (Array.isArray(schema) && schema.length === 2) {
    traits.push(schema[1]);
    schema = dereferenced(schema[0]);
  }
  return { schema, traits };
}

const dereferenced = (schema: Schema): Schema =>
  typeof schema === 'function' ? (schema as () => Schema)() : schema;

const hasBit = (member: Schema, bit: number) =>
  unwrapped(member).traits.some((traits) => typeof traits === 'number' && (traits & bit) !== 0);
const isFilledIn = (member: Schema) => hasBit(member, idempotencyToken);
const isLabel = (member: Schema) => hasBit(member, 1);

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return `a ${value instanceof Date ? 'date' : typeof value}`;
}
