import type { DatabaseConfig } from '../../lib/domain/config/index.ts';
import type { DrillState } from '../../lib/domain/drill/drill-state.ts';
import type { DrillPorts } from '../../lib/ports/drill-ports.ts';
import type { PromotionLook } from '../../lib/ports/sandbox.ts';
import { inMemoryPorts, type Witness } from './in-memory-ports.ts';

/** What a test of a real restore can look at afterwards. */
export interface RestoreWitness extends Witness {
  planned: DrillState[];
  asked: { expiresAt: string; taskToken: string }[];
  promoted: string[];
  /** Freed from their lease by whoever found their drill ended early. */
  kept: string[];
  undone: number;
}

/** Where an instance of RDS answers, as the host gives it. */
export const rdsAddress = (sandboxId: string) => ({
  sandboxId,
  host: `${sandboxId}.example.eu-west-1.rds.amazonaws.com`,
  port: 5432,
  masterRole: 'drill_master',
  serverVersion: '15.17',
  secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-1',
});

/**
 * The world of in-memory-ports.ts as AWS offers it: a sandbox can be promoted (done at the second look), passwords be
 * read, and people be asked.
 */
export function inMemoryRestore(
  given: Partial<DrillPorts> = {},
  configured: (config: DatabaseConfig) => DatabaseConfig = (config) => config,
): { ports: DrillPorts; witness: RestoreWitness } {
  const { ports, witness: seen } = inMemoryPorts();
  const witness: RestoreWitness = Object.assign(seen, {
    planned: [],
    asked: [],
    promoted: [],
    kept: [],
    undone: 0,
  });
  const database = ports.configuration.database;
  let looks = 0;
  const look = async (sandboxId: string): Promise<PromotionLook> => {
    looks += 1;
    if (looks < 2) return { state: 'pending', detail: 'modifying', refused: [] };
    return { state: 'done', address: rdsAddress(sandboxId), detail: 'available', refused: [] };
  };
  const lookAtSandbox = ports.sandboxes.look;
  return {
    witness,
    ports: {
      ...ports,
      capabilities: { realRestore: true, rolePasswords: true, backupValidation: false },
      configuration: { ...ports.configuration, database: (name) => configured(database(name)) },
      sandboxes: {
        ...ports.sandboxes,
        look: async (sandboxId) => {
          const found = await lookAtSandbox(sandboxId);
          return found.state === 'ready' ? { state: 'ready', address: rdsAddress(sandboxId) } : found;
        },
        promotion: {
          keep: async (sandboxId) => {
            witness.kept.push(sandboxId);
            return [];
          },
          promote: async (sandboxId) => {
            witness.promoted.push(sandboxId);
            return [];
          },
          look,
        },
      },
      checks: {
        ...ports.checks,
        undo: async () => {
          witness.undone += 1;
          return [];
        },
      },
      approvals: {
        open: async ({ expiresAt, taskToken }) => {
          witness.asked.push({ expiresAt, taskToken });
          return { approve: 'https://approve.example', decline: 'https://decline.example' };
        },
      },
      notifiers: [
        {
          name: 'the witness',
          notify: async (notice) => {
            if (notice.kind === 'restore planned') witness.planned.push(notice.state);
          },
        },
      ],
      rolePasswords: {
        secrets: { parameter: async (name) => `value of ${name}` },
        setter: { set: async () => [] },
      },
      hookTask: (name, hook) => `restore-drill-${name}-${hook}`,
      ...given,
    },
  };
}
