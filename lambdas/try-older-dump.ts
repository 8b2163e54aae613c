import { deployedConfiguration } from '../lib/aws/configuration.ts';
import { stateDoor } from '../lib/aws/lambda-door.ts';
import { evidencePort } from '../lib/aws/ports/evidence-port.ts';
import { sourcePorts } from '../lib/aws/ports/source-ports.ts';
import { phaseNames } from '../lib/domain/drill/phase-names.ts';
import { systemClock } from '../lib/local/system-clock.ts';
import { createDumpInspector } from '../lib/recovery/logical/dump-inspector.ts';
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
