import type { CheckContext } from './asking/check.ts';
import { checkKinds } from './registry.ts';

/**
 * Plain sentences: what the planned checks do not test. The record lists them beside what other steps left untested,
 * so that nobody takes PROVEN for more than it is. First comes what a line in drills.yaml would test: a terminal shows
 * few of them.
 */
export function notTestedByChecks(context: CheckContext): string[] {
  const saidBy = (origin: 'built-in' | 'configured'): string[] =>
    checkKinds.filter((kind) => kind.origin === origin).flatMap((kind) => kind.notTested?.(context) ?? []);
  return [
    ...saidBy('configured'),
    ...saidBy('built-in'),
    ...(context.witness === undefined
      ? [
          'Values inside rows: counts, keys and configured checks are compared, not every value; a witness of the source would.',
        ]
      : []),
  ];
}
