import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatProblem, parseConfig, renderConfigJsonSchema } from '../../../lib/domain/config/index.ts';

const text = readFileSync('examples/drills.yaml', 'utf8');

describe('the example drills.yaml', () => {
  it('has no mistake', () => {
    const parsed = parseConfig(text);

    expect(
      'problems' in parsed ? parsed.problems.map((problem) => formatProblem('drills.yaml', problem)) : [],
    ).toEqual([]);
  });

  it('fits the published JSON Schema', () => {
    const accepts = new Ajv({ strict: false, validateFormats: false }).compile(renderConfigJsonSchema());

    expect(accepts(parse(text)), JSON.stringify(accepts.errors)).toBe(true);
  });

  it('asks something of every database', () => {
    const parsed = parseConfig(text);
    const databases = 'config' in parsed ? Object.values(parsed.config.databases) : [];

    expect(databases).toHaveLength(7);
    for (const { checks, schedules, objectives } of databases) {
      expect(checks.length).toBeGreaterThan(5);
      expect(schedules).not.toEqual([]);
      expect(objectives.rtoSeconds).not.toBeNull();
    }
  });
});
