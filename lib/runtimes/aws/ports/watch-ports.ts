/** Everything that the hourly watch looks at, remembers and tells by. */

import type { WatchPorts } from '../../../steps/watch/watch.ts';
import { systemClock } from '../../system-clock.ts';
import { deployedConfiguration } from '../configuration.ts';
import { evidencePort, ledgerPort } from './evidence-and-ledger.ts';
import { notifiersPort } from './people.ts';
import { sourcePorts } from './sources.ts';
import { deadLetterPort, drillPointersPort, endedExecutionsPort, watchNotesPort } from './watching.ts';

export const watchPorts = (onUnreadable: WatchPorts['onUnreadable']): WatchPorts => ({
  ...sourcePorts(deployedConfiguration),
  clock: systemClock,
  ledger: ledgerPort(),
  evidence: evidencePort(),
  pointers: drillPointersPort(),
  notes: watchNotesPort(),
  executions: endedExecutionsPort(),
  deadLetters: deadLetterPort(),
  notifiers: notifiersPort(),
  onUnreadable,
});
