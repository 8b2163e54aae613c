import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderConfigJsonSchema } from '../../../lib/domain/config/index.ts';

/** Their own keys are told by other pages: docs/checks.md and docs/notifications.md. */
const toldElsewhere: ReadonlySet<string> = new Set(['checks', 'notify']);

/** Every key that may stand in drills.yaml, as a path. */
function keysIn(schema: unknown, path: string[] = []): string[][] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([name, part]: [string, unknown]) =>
    name === 'properties' ? keysOf(part, path) : keysIn(part, path),
  );
}

const keysOf = (properties: unknown, path: string[]): string[][] =>
  Object.entries(properties as Record<string, unknown>).flatMap(([key, schema]) => {
    const own = [...path, key];
    return [own, ...(toldElsewhere.has(key) ? [] : keysIn(schema, own))];
  });

test('docs/configuration.md names every key of drills.yaml', () => {
  const words = new Set(readFileSync('docs/configuration.md', 'utf8').match(/\$?\w+/g));
  const keys = keysIn(renderConfigJsonSchema());

  expect(keys.length).toBeGreaterThan(100);
  expect(keys.filter((path) => !words.has(path.at(-1) ?? '')).map((path) => path.join('.'))).toEqual([]);
});
