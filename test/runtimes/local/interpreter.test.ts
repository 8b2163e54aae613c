import '../../../lib/runtimes/local/with-resolvers.ts';
import { StateMachine } from 'aws-local-stepfunctions';
import { expect, test } from 'vitest';
import { localDefinition } from '../../../lib/runtimes/local/interpreter.ts';

type Definition = ConstructorParameters<typeof StateMachine>[0];

test('the definition is valid Amazon States Language by the validator of the interpreter', () => {
  expect(() => new StateMachine(localDefinition() as Definition)).not.toThrow();
});

test('the validator is not asleep: a state that leads nowhere is refused', () => {
  const broken = structuredClone(localDefinition()) as { States: Record<string, { Next?: string }> };
  broken.States['Plan sandbox']!.Next = 'Nowhere';
  expect(() => new StateMachine(broken as unknown as Definition)).toThrow(/Nowhere|invalid/i);
});
