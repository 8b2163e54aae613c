import { createRdsSandboxHost } from '../../../adapters/sandboxes/rds/rds-sandbox-host.ts';
import type { SandboxHost } from '../../../ports/sandbox.ts';
import { systemClock } from '../../system-clock.ts';
import { rdsClient } from '../clients.ts';
import { readEnvironment } from '../environment.ts';

/** For doors that look at, remove and promote sandboxes. */
export const sandboxPort = (): SandboxHost => createRdsSandboxHost(sandboxHostOptions());

/** What every door to RDS needs. */
export const sandboxHostOptions = () => ({
  rds: rdsClient(),
  stackName: readEnvironment(['stackName']).stackName,
  clock: systemClock,
});
