import { deployedConfiguration } from '../lib/runtimes/aws/configuration.ts';
import { stateDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { announcementsPort } from '../lib/runtimes/aws/ports/announcements-port.ts';
import { evidencePort } from '../lib/runtimes/aws/ports/evidence-port.ts';
import { ledgerPort } from '../lib/runtimes/aws/ports/ledger-port.ts';
import { currentRegion } from '../lib/runtimes/aws/region.ts';
import { software } from '../lib/runtimes/aws/software.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { sealRecordStep } from '../lib/steps/seal-record.ts';

/** *Seal record*: record and reports are kept, the lock let go, people told. */
export const handler = stateDoor(
  'sealRecord',
  (state) =>
    sealRecordStep(state, {
      clock: systemClock,
      configuration: deployedConfiguration,
      evidence: evidencePort(),
      ledger: ledgerPort(),
      announcements: announcementsPort(),
      region: currentRegion(),
      software,
    }),
  evidencePort,
);
