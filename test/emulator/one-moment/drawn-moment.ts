import { randomOf } from '../../corpus/mutants/random.ts';
import { scheduledDatabases } from './databases.ts';

/** What happens to which database at the moment, each to another. */
export interface DrawnMoment {
  /** Its dump ends in the middle. */
  cutShort: string;
  /** Its execution is stopped in the middle of its restore. */
  stopped: string;
  /** Delivered twice by the same invocation: Step Functions knows the name. */
  sameInvocationTwice: string[];
  /** Delivered twice by two invocations: the lock of the database decides. */
  twoInvocations: string[];
  /** Somebody starts it by hand as well. */
  byHandBeside: string[];
}

export function drawMoment(seed: number): DrawnMoment {
  const random = randomOf(seed);
  const left = [...scheduledDatabases];
  const draw = (): string => {
    const drawn = random.pick(left);
    left.splice(left.indexOf(drawn), 1);
    return drawn;
  };
  const several = (count: number): string[] => Array.from({ length: count }, draw);
  return {
    cutShort: draw(),
    stopped: draw(),
    sameInvocationTwice: several(5),
    twoInvocations: several(5),
    byHandBeside: several(2),
  };
}
