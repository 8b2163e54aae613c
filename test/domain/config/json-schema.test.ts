import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseConfig, renderConfigJsonSchema } from '../../../lib/domain/config/index.ts';

const accepts = new Ajv({ strict: false, validateFormats: false }).compile(renderConfigJsonSchema());

const goodFiles = {
  minimal: 'databases: { shop: { source: { bucket: acme-backups } } }',
  folder: 'databases: { shop: { source: { folder: ./dumps, pattern: "x_{timestamp}.sql" } } }',
  anchors: 'x-a: &a { rto: 4h }\ndatabases: { shop: { source: { folder: . }, objectives: *a } }',
  defaults:
    'defaults: { source: { bucket: acme-backups } }\ndatabases: { shop: { source: { prefix: shop } }, b: { source: { prefix: b } } }',
  sizes:
    'databases: { shop: { source: { folder: ., minBytes: 20MB } }, b: { source: { folder: ., minBytes: 20 } } }',
  checks:
    'databases: { shop: { source: { folder: . }, checks: [{ tables: [a] }, { login: { role: app } }] } }',
};
const badFiles = {
  'no database': 'databases: {}',
  'no databases': 'aws: {}',
  'no source': 'databases: { shop: {} }',
  'a source without a place': 'databases: { shop: { source: { prefix: x } } }',
  'an unknown key': 'databases: { shop: { source: { folder: . }, chekcs: [] } }',
  'an unknown key in a source': 'databases: { shop: { source: { folder: ., prefx: x } } }',
  'a number for a duration': 'databases: { shop: { source: { folder: . }, objectives: { rto: 4 } } }',
  'an unknown unit': 'databases: { shop: { source: { folder: . }, objectives: { rto: 4x } } }',
  'a word for a number': 'databases: { shop: { source: { folder: . }, restore: { connections: many } } }',
  'no name for a database': 'databases: { "1": { source: { folder: . } } }',
  'an unknown check': 'databases: { shop: { source: { folder: . }, checks: [{ rowz: 1 }] } }',
};

describe('the published JSON Schema', () => {
  it.each(Object.entries(goodFiles))('takes a good file, as the parser does: %s', (_, text) => {
    expect(accepts(parse(text)), JSON.stringify(accepts.errors)).toBe(true);
    expect(parseConfig(text)).toHaveProperty('config');
  });

  it.each(Object.entries(badFiles))('refuses, as the parser does: %s', (_, text) => {
    expect(accepts(parse(text))).toBe(false);
    expect(parseConfig(text)).toHaveProperty('problems');
  });

  it('describes every key of a database, for completion in editors', () => {
    const { definitions } = renderConfigJsonSchema() as {
      definitions: { database: { properties: Record<string, { description?: string }> } };
    };
    const keys = Object.entries(definitions.database.properties);

    expect(keys.length).toBeGreaterThan(8);
    expect(keys.filter(([, { description }]) => description === undefined)).toEqual([]);
  });

  // Written anew by `npx vitest run test/domain/config/json-schema.test.ts -u`.
  it('is the one in docs', async () => {
    const rendered = `${JSON.stringify(renderConfigJsonSchema(), null, 2)}\n`;

    await expect(rendered).toMatchFileSnapshot('../../../docs/drills.schema.json');
  });
});
