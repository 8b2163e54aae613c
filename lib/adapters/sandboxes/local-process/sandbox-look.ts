import { DrillError, isDrillError } from '../../../domain/findings/errors.ts';
import type { FindingCode } from '../../../domain/findings/findings.ts';
import type { SandboxAddress } from '../../../domain/sandbox/address.ts';
import type { SandboxLook } from '../../../ports/sandbox.ts';
import type { Lease } from './lease.ts';
import { lookAtProcess } from './process-identity.ts';
import { sandboxFiles } from './sandbox-directory.ts';
import { logTail } from './server-process.ts';

/** @throws DrillError DRILL_ALREADY_RUNNING unless whoever made the sandbox is dead and did not mean to keep it. */
export function refuseLiving(lease: Lease): void {
  const { owner, drillId, released } = lease;
  const state = lookAtProcess(owner);
  if (state === 'dead' && !released) return;
  const why = released
    ? 'was kept'
    : `belongs to process ${owner.pid}${state === 'elsewhere' ? ' of another machine or container' : ''}`;
  throw new DrillError('DRILL_ALREADY_RUNNING', `the sandbox of drill ${drillId} exists and ${why}`, {
    hint: 'Wait for that drill, or start one with an id of its own.',
  });
}

/** What the files of a sandbox tell a process that did not make it. */
export function lookFromOutside(found: { directory: string; lease: Lease } | null): SandboxLook {
  if (found === null) return { state: 'gone' };
  const { lease, directory } = found;
  const running = lease.server !== null && lookAtProcess(lease.server) !== 'dead';
  if (lease.address !== null && running) return readyBy(lease, lease.address);
  if (lookAtProcess(lease.owner) !== 'dead' && lease.address === null)
    return { state: 'pending', detail: 'starting' };
  return lost(`the server process has ended${logTail(sandboxFiles(directory).logFile)}`);
}

export function readyBy({ absentWalls }: Lease, address: SandboxAddress): SandboxLook {
  return { state: 'ready', address, ...(absentWalls.length === 0 ? {} : { absentWalls }) };
}

/** A server that was there and is not any more. */
export function lost(reason: string): SandboxLook {
  const code: FindingCode = /No space left on device/.test(reason) ? 'SANDBOX_DISK_FULL' : 'SANDBOX_LOST';
  return { state: 'broken', reason, code };
}

/** A sandbox that never came up. */
export function brokenBy(error: unknown): SandboxLook {
  if (isDrillError(error))
    return { state: 'broken', reason: error.message, code: error.code, hint: error.hint };
  return { state: 'broken', reason: error instanceof Error ? error.message : String(error) };
}
