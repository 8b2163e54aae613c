import { stateDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { sandboxPort } from '../lib/runtimes/aws/ports/sandboxes-and-tasks.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { lookAtPromotionStep } from '../lib/steps/promote.ts';

/** *Look at promotion*: done, not yet, or failed. */
export const handler = stateDoor(
  'lookAtPromotion',
  (state) => lookAtPromotionStep(state, { sandboxes: sandboxPort(), clock: systemClock }),
  evidencePort,
);
