import type { CheckRunner } from '../../../../ports/drill-ports.ts';
import type { TokenAdmission } from './sandbox-access.ts';

/**
 * Checks on RDS: `prepare` also lets IAM tokens in, because whoever runs the checks has nothing else, and `undo` takes
 * that back, so that the password in the secret works for whom the database is handed to.
 */
export function createRdsCheckRunner(base: CheckRunner, access: TokenAdmission): CheckRunner {
  return {
    async prepare(address, databases) {
      const prepared = await base.prepare(address, databases);
      await access.admitTokens(address);
      return prepared;
    },
    async undo(address, prepared) {
      // Tokens are withdrawn last and only after everything else was put back: where they no longer work, all is done.
      if (!(await access.tokensAdmitted(address))) return [];
      const refused = await base.undo(address, prepared);
      if (refused.length === 0) await access.withdrawTokens(address);
      return refused;
    },
    run: (check, address) => base.run(check, address),
  };
}
