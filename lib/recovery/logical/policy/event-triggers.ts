/** Event triggers: a superuser's matter, except on RDS. */
import type { Decision } from './decision.ts';
import { type Handlers, planOf, run, type Subject, skipWarning } from './verdicts.ts';

/** Any statement about the event trigger `name`. */
export function eventTrigger(subject: Subject, name: string): Decision {
  if (subject.context.eventTriggersAllowed === true)
    return run(subject, planOf('other', { defer: true }), 'event-trigger-last');
  return skipWarning('event-trigger', `event trigger "${name}" needs a superuser and is left out`);
}

export const eventTriggerHandlers: Handlers = {
  CreateEventTrigStmt: (node, subject) => eventTrigger(subject, node.trigname ?? ''),
  AlterEventTrigStmt: (node, subject) => eventTrigger(subject, node.trigname ?? ''),
};
