import { createBackupInspector } from '../lib/recovery/backup-inspector.ts';
import { deployedConfiguration } from '../lib/runtimes/aws/configuration.ts';
import { stateDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort, ledgerPort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { sourcePorts } from '../lib/runtimes/aws/ports/sources.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { selectDumpStep } from '../lib/steps/select-dump.ts';

/** *Select dump*: the newest eligible dump, or the one that was asked for. */
export const handler = stateDoor(
  'selectDump',
  (state) =>
    selectDumpStep(state, {
      ...sourcePorts(deployedConfiguration),
      inspector: createBackupInspector(),
      ledger: ledgerPort(),
      evidence: evidencePort(),
      clock: systemClock,
    }),
  evidencePort,
);
