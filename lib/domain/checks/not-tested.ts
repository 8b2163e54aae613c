import type { CheckContext } from './asking/check.ts';
import { checkKinds } from './registry.ts';

/**
 * Plain sentences: what the planned checks do not test. The record lists them beside what other steps left untested,
 * so that nobody takes PROVEN for more than it is.
 */
export function notTestedByChecks(context: CheckContext): string[] {
  return [
    ...checkKinds.flatMap((kind) => kind.notTested?.(context) ?? []),
    ...(context.witness === undefined
      ? [
          'Values inside rows: counts, keys and configured checks are compared, not every value; a witness of the source would.',
        ]
      : []),
  ];
}
