import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificates } from '../../support/aws/certificates.ts';
import { startRdsLikeServer } from '../../support/aws/rds-like-server.ts';
import type { InstanceRequest, InstanceServer } from './rds-instances.ts';

export interface SandboxServers {
  /** Certificates that all of them come from, as RDS has one authority per region. */
  caBundlePath: string;
  start(request: InstanceRequest): Promise<InstanceServer>;
}

/** Real PostgreSQL servers with TLS behind the endpoints of instances. */
export function makeSandboxServers(directory: string): SandboxServers {
  const folder = join(directory, 'certificates');
  mkdirSync(folder);
  // The servers run as another user, who must be able to enter.
  for (const path of [directory, folder]) chmodSync(path, 0o755);
  const certificates = makeCertificates(folder);
  return {
    caBundlePath: certificates.caFile,
    async start({ masterRole, password }) {
      const server = await startRdsLikeServer({ certificates });
      if (masterRole !== server.masterRole) throw new Error(`the master is called ${masterRole}`);
      // As RDS does for MasterUserAuthenticationType iam-db-auth.
      if (password === null) await server.asSuperuser('postgres', `GRANT rds_iam TO ${masterRole}`);
      else await server.asSuperuser('postgres', `ALTER ROLE ${masterRole} PASSWORD '${password}'`);
      return server;
    },
  };
}
