import { deployedConfiguration } from '../lib/aws/configuration.ts';
import { stateDoor } from '../lib/aws/lambda-door.ts';
import { evidencePort } from '../lib/aws/ports/evidence-port.ts';
import { sourcePorts } from '../lib/aws/ports/source-ports.ts';
import { phaseNames } from '../lib/domain/drill/phase-names.ts';
import { systemClock } from '../lib/local/system-clock.ts';
import { thawDumpStep } from '../lib/steps/thaw-dump.ts';
import { timed } from '../lib/steps/timed.ts';

const step = timed(phaseNames.select, thawDumpStep);

/** *Thaw dump*: asks for an archived dump, or finds that it can be read. */
export const handler = stateDoor(
  'thawDump',
  (state) => step(state, { ...sourcePorts(deployedConfiguration), clock: systemClock }),
  evidencePort,
);
