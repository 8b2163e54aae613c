import * as z from 'zod';
import { visibleJson } from '../../text/visible-text.ts';
import type { DrillRecord } from '../drill-record.ts';
import { recordSchema } from './record-schema.ts';

/** The record as its one JSON document, keys in the order of its schema, with a final newline. */
export function renderJson(record: DrillRecord): string {
  return `${visibleJson(inSchemaOrder(recordSchema, record), 2)}\n`;
}

/** The record on one line, in the same order: what a ledger keeps and hashes. */
export function recordLine(record: DrillRecord): string {
  return JSON.stringify(inSchemaOrder(recordSchema, record));
}

/** Orders without validating: the end of a drill is no place to lose a record over one odd number. Unknown keys come last. */
function inSchemaOrder(schema: unknown, value: unknown): unknown {
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodExactOptional) {
    return inSchemaOrder(schema.unwrap(), value);
  }
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    return value.map((item) => inSchemaOrder(schema.element, item));
  }
  if (schema instanceof z.ZodObject && typeof value === 'object' && value !== null) {
    const given = new Map<string, unknown>(Object.entries(value));
    const known = Object.keys(schema.shape).filter((key) => given.has(key));
    const unknown = [...given.keys()].filter((key) => !(key in schema.shape)).sort();
    return Object.fromEntries(
      [...known, ...unknown].map((key) => [key, inSchemaOrder(schema.shape[key], given.get(key))]),
    );
  }
  return value;
}
