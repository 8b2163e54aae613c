import * as rds from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { supportedMajors } from '../../domain/sandbox/sandbox-plan.ts';
import type { PhysicalNames } from '../names/physical-names.ts';

/**
 * Parameters for loading, from AWS's own advice (docs/facts.md#parameters-for-imports). All dynamic and modifiable; what
 * would need a reboot or may not be modifiable is left alone (docs/facts.md#parameters-to-leave-alone). An instance with a
 * bad memory parameter is a billed dead end (docs/facts.md#states-that-end-nowhere), so memory stays below what the
 * smallest class has.
 */
const importParameters: Record<string, string> = {
  // kB: 512 MB for each index build. The smallest class of a sandbox has 2 GiB or more.
  maintenance_work_mem: '524288',
  // MB. Fewer checkpoints: each one writes every changed page and makes the next change of a page log it whole.
  max_wal_size: '4096',
  checkpoint_timeout: '1800',
  // A crash loses the sandbox's last transactions: then the restore begins afresh. It waits for the disk once, at its end.
  synchronous_commit: 'off',
  // Competes with the load for the disk; the restorer analyses by itself.
  autovacuum: '0',
  'rds.force_ssl': '1',
};

/** One group per supported major, made at deploy because a new one must age (docs/facts.md#age-of-a-parameter-group). */
export class ParameterGroups extends Construct {
  constructor(scope: Construct, id: string, names: PhysicalNames) {
    super(scope, id);
    for (const major of supportedMajors) {
      new rds.CfnDBParameterGroup(this, `Import${major}`, {
        family: `postgres${major}`,
        dbParameterGroupName: names.importParameterGroups[String(major)]!,
        description: `restore-drill: PostgreSQL ${major} tuned for loading dumps`,
        parameters: importParameters,
      });
    }
  }
}
