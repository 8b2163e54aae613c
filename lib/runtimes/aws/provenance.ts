import { sha256 } from '../../adapters/seals/record-digest.ts';
import type { Provenance } from '../../ports/provenance.ts';
import { commit, version as packageVersion } from '../version.ts';
import { kmsClient } from './clients.ts';
import { deployedConfig } from './configuration.ts';
import { readEnvironment } from './environment.ts';

/** What ran, for the record. The bundler writes version and commit in place of their variables. */
export const provenance = (): Provenance => ({
  software: {
    version: process.env.RESTORE_DRILL_VERSION ?? packageVersion,
    node: process.version,
    commit,
  },
  placeOf(drillId) {
    const { stateMachineArn } = readEnvironment(['stateMachineArn']);
    const [, , , region = 'unknown', account = 'unknown'] = stateMachineArn.split(':');
    return {
      kind: 'aws',
      account,
      region,
      // Set by Lambda itself.
      function: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'unknown',
      execution: `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${drillId}`,
    };
  },
  // An execution is not told who started it (docs/facts.md#who-started-an-execution).
  operatorBasis: 'the request',
  digest: sha256,
  async signer() {
    if (deployedConfig().aws?.signing !== true) return null;
    const { openKmsSigner } = await import('../../adapters/seals/kms-signer.ts');
    return openKmsSigner(kmsClient(), readEnvironment(['signingKey']).signingKey);
  },
});
