import { deployedConfiguration } from '../lib/aws/configuration.ts';
import { stateDoor } from '../lib/aws/lambda-door.ts';
import { announcementsPort } from '../lib/aws/ports/announcements-port.ts';
import { evidencePort } from '../lib/aws/ports/evidence-port.ts';
import { ledgerPort } from '../lib/aws/ports/ledger-port.ts';
import { currentRegion } from '../lib/aws/region.ts';
import { software } from '../lib/aws/software.ts';
import { systemClock } from '../lib/local/system-clock.ts';
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
