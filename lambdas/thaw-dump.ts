import { deployedConfiguration } from '../lib/runtimes/aws/configuration.ts';
import { stateDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { sourcePorts } from '../lib/runtimes/aws/ports/sources.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { thawDumpStep } from '../lib/steps/thaw-dump.ts';

/** *Thaw dump*: asks for an archived dump, or finds that it can be read. */
export const handler = stateDoor(
  'thawDump',
  (state) => thawDumpStep(state, { ...sourcePorts(deployedConfiguration), clock: systemClock }),
  evidencePort,
);
