import { phaseNames } from '../lib/domain/drill/phase-names.ts';
import { createDumpInspector } from '../lib/recovery/logical/dump-inspector.ts';
import { deployedConfiguration } from '../lib/runtimes/aws/configuration.ts';
import { stateDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { sourcePorts } from '../lib/runtimes/aws/ports/sources.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { timed } from '../lib/steps/timed.ts';
import { tryOlderDumpStep } from '../lib/steps/try-older-dump.ts';

const step = timed(phaseNames.select, tryOlderDumpStep);

/** *Try an older dump*: the next candidate, for the same sandbox. */
export const handler = stateDoor(
  'tryOlderDump',
  (state) =>
    step(state, {
      ...sourcePorts(deployedConfiguration),
      inspector: createDumpInspector(),
      clock: systemClock,
    }),
  evidencePort,
);
