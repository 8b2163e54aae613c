import type { DBInstance } from '@aws-sdk/client-rds';
import type { SandboxAddress } from '../../../domain/sandbox/address.ts';
import type { SandboxLook } from '../../../ports/sandbox.ts';

/**
 * States from which no instance comes back by itself (docs/facts.md#states-that-end-nowhere), in words. The official
 * waiters overlook three of them and would wait half an hour for nothing.
 */
const deadEnds: Readonly<Record<string, string>> = {
  failed: 'RDS could not make it and cannot recover it',
  'restore-error': 'RDS could not restore it',
  'incompatible-restore': 'RDS cannot restore it to this engine',
  'incompatible-parameters': 'a parameter of its group does not fit this class or version',
  'incompatible-network': 'its subnets or their addresses do not allow it',
  'incompatible-option-group': 'its option group does not fit',
  'incompatible-credentials': 'its role or credentials for the domain do not work',
  'incompatible-create': 'RDS cannot create it with what the account has',
  'inaccessible-encryption-credentials': 'its KMS key cannot be used',
  'inaccessible-encryption-credentials-recoverable': 'its KMS key cannot be used',
  deleting: 'it is being deleted',
  stopping: 'somebody stopped it',
  stopped: 'somebody stopped it',
};

/** Reachable: backups and storage work run beside it. */
const reachable = new Set(['available', 'backing-up', 'storage-optimization', 'storage-initialization']);

/** What one instance's description says, without asking anything else. */
export function stateOf(instance: DBInstance): SandboxLook {
  const status = instance.DBInstanceStatus ?? 'unknown';
  if (status === 'insufficient-capacity')
    return { state: 'no capacity', reason: `RDS has no capacity for ${placeOf(instance)}` };
  if (status === 'storage-full') {
    return {
      state: 'broken',
      code: 'SANDBOX_DISK_FULL',
      reason: `its ${instance.AllocatedStorage ?? '?'} GiB of storage are full`,
      hint: 'Set `sandbox.storage` in drills.yaml to more than that.',
    };
  }
  const deadEnd = deadEnds[status];
  if (deadEnd !== undefined) return { state: 'broken', reason: `${deadEnd} (${status})` };
  if (!reachable.has(status)) return { state: 'pending', detail: status };
  const secret = instance.MasterUserSecret?.SecretStatus;
  if (secret === 'impaired')
    return { state: 'broken', reason: 'the secret of its master role is impaired: its key cannot be used' };
  // Before it is active, the secret may hold a password that the server does not know yet.
  if (secret !== undefined && secret !== 'active')
    return { state: 'pending', detail: `${status}, master secret ${secret}` };
  const address = addressOf(instance);
  return address === null
    ? { state: 'pending', detail: `${status}, without an endpoint` }
    : { state: 'ready', address };
}

/** Where it answers; null while it has no endpoint. `sandboxId` is the instance's own name. */
export function addressOf(instance: DBInstance): SandboxAddress | null {
  const { Endpoint, MasterUsername, EngineVersion, MasterUserSecret, DBInstanceIdentifier } = instance;
  if (Endpoint?.Address === undefined || MasterUsername === undefined) return null;
  const secretArn = MasterUserSecret?.SecretArn;
  return {
    sandboxId: DBInstanceIdentifier ?? '',
    host: Endpoint.Address,
    port: Endpoint.Port ?? 5432,
    masterRole: MasterUsername,
    serverVersion: EngineVersion ?? '',
    ...(secretArn === undefined ? {} : { secretArn }),
  };
}

const placeOf = ({ DBInstanceClass, AvailabilityZone }: DBInstance): string =>
  `${DBInstanceClass ?? 'the class'} in ${AvailabilityZone ?? 'any zone'}`;
