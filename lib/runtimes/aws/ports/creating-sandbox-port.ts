import { createRdsSandboxHost } from '../../../adapters/sandboxes/rds/rds-sandbox-host.ts';
import type { SandboxHost } from '../../../ports/sandbox.ts';
import { readEnvironment } from '../environment.ts';
import { sandboxHostOptions } from './sandbox-port.ts';

/** For the one door that makes sandboxes. */
export function creatingSandboxPort(): SandboxHost {
  const { sandboxSubnetGroup, sandboxSecurityGroup } = readEnvironment([
    'sandboxSubnetGroup',
    'sandboxSecurityGroup',
  ]);
  return createRdsSandboxHost({
    ...sandboxHostOptions(),
    creation: { subnetGroup: sandboxSubnetGroup, securityGroup: sandboxSecurityGroup },
  });
}
