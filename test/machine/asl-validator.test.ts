import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { drillMachine, fillPlaceholders, lambdaPlaceholders } from '../../lib/machine/definition.ts';

/** CommonJS without types. */
const validate = createRequire(import.meta.url)('asl-validator') as (definition: object) => {
  isValid: boolean;
  errors: unknown[];
};

const names = [...Object.values(lambdaPlaceholders).map((text) => text.slice(2, -1)), 'RestoreCluster'];
const values = Object.fromEntries(
  names.map((name) => [name, `arn:aws:lambda:eu-west-1:123456789012:function:restore-drill-${name}`]),
);
const filled = () =>
  fillPlaceholders(drillMachine(), values) as { States: Record<string, { Next?: string }> };

test('the definition as it is deployed is valid Amazon States Language', () => {
  const { isValid, errors } = validate(filled());
  expect(errors).toEqual([]);
  expect(isValid).toBe(true);
});

test('and below 1 MiB, the most that Step Functions takes', () => {
  expect(JSON.stringify(filled()).length).toBeLessThan(100_000);
});

test('the validator is not asleep', () => {
  const broken = filled();
  broken.States.Promote!.Next = 'Nowhere';
  expect(validate(broken).isValid).toBe(false);
});
