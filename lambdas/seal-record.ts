import { deployedConfiguration } from '../lib/runtimes/aws/configuration.ts';
import { stateDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort, ledgerPort, sitePort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { tellingPorts } from '../lib/runtimes/aws/ports/people.ts';
import { provenance } from '../lib/runtimes/aws/provenance.ts';
import { currentRegion } from '../lib/runtimes/aws/region.ts';
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
      site: sitePort(),
      ...tellingPorts(),
      region: currentRegion(),
      provenance: provenance(),
    }),
  evidencePort,
);
