import { createCheckRunner } from '../../../adapters/postgres/check-runner.ts';
import { createRdsCheckRunner } from '../../../adapters/sandboxes/rds/login/rds-check-runner.ts';
import { tokenAccess } from '../../../adapters/sandboxes/rds/login/sandbox-access.ts';
import { tokenSigner } from '../../../adapters/sandboxes/rds/login/token-signer.ts';
import type { CheckRunner } from '../../../ports/drill-ports.ts';
import { currentRegion } from '../region.ts';
import { caBundle } from './ca-bundle.ts';

/** Checks from the isolated subnets: locally signed tokens, and no other way to AWS than the evidence bucket. */
export function tokenCheckPort(): CheckRunner {
  const access = tokenAccess({ sign: tokenSigner({ region: currentRegion() }), ca: caBundle() });
  return createRdsCheckRunner(createCheckRunner(access), access);
}
