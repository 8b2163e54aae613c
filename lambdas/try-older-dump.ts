import { createBackupInspector } from '../lib/recovery/backup-inspector.ts';
import { deployedConfiguration } from '../lib/runtimes/aws/configuration.ts';
import { stateDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { sourcePorts } from '../lib/runtimes/aws/ports/sources.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { tryOlderDumpStep } from '../lib/steps/try-older-dump.ts';

/** *Try an older dump*: the next candidate, for the same sandbox. */
export const handler = stateDoor(
  'tryOlderDump',
  (state) =>
    tryOlderDumpStep(state, {
      ...sourcePorts(deployedConfiguration),
      inspector: createBackupInspector(),
      evidence: evidencePort(),
      clock: systemClock,
    }),
  evidencePort,
);
