import { Client } from 'pg';
import type { LocalSandboxHost } from '../../../lib/adapters/sandboxes/local-process/local-sandbox-options.ts';
import type { SandboxAddress } from '../../../lib/domain/sandbox/address.ts';
import type { SandboxPlan } from '../../../lib/domain/sandbox/sandbox-plan.ts';

/** A sandbox server that goes from drill to drill. */
interface PooledSandbox {
  sandboxId: string;
  majorVersion: number;
  /** Roles and databases of the fresh server. */
  roles: string[];
}

const leftoversSql = `select 'database', datname::text from pg_database where datname not in ('postgres', 'template0', 'template1')
union all select 'role', rolname::text from pg_roles where rolname not like 'pg\\_%'
union all select 'object', relname::text from pg_class where oid >= 16384`;

/** A sandbox host whose server outlives its drills, until it is closed. */
export type PooledSandboxes = LocalSandboxHost & { close(): Promise<void> };

/**
 * The real sandbox host, with one server kept from drill to drill: a new one takes longer than the drill of a small
 * dump. A server that cannot be emptied is thrown away, so no drill meets what another left.
 */
export function pooledSandboxes(host: LocalSandboxHost): PooledSandboxes {
  const { administration } = host;
  let pooled: PooledSandbox | null = null;
  const busy = new Map<string, string>();
  const realId = (sandboxId: string): string => busy.get(sandboxId) ?? sandboxId;
  const real = (address: SandboxAddress): SandboxAddress => ({
    ...address,
    sandboxId: realId(address.sandboxId),
  });
  /** Names of what a server holds beyond a fresh one, roles included. */
  const leftovers = async (sandboxId: string): Promise<[string, string][]> => {
    const look = await host.look(sandboxId);
    if (look.state !== 'ready') throw new Error(`the pooled sandbox is ${look.state}`);
    return withClient(await host.connection(look.address, 'postgres'), async (client) => {
      const { rows } = await client.query<[string, string]>({ text: leftoversSql, rowMode: 'array' });
      return rows;
    });
  };
  const empty = async ({ sandboxId, roles }: PooledSandbox): Promise<boolean> => {
    const look = await host.look(sandboxId);
    if (look.state !== 'ready') return false;
    const foreign = async (): Promise<[string, string][]> =>
      (await leftovers(sandboxId)).filter(([kind, name]) => kind !== 'role' || !roles.includes(name));
    await withClient(await host.connection(look.address, 'postgres'), async (client) => {
      for (const [kind, name] of await foreign()) {
        if (kind === 'database')
          await client.query(`drop database ${client.escapeIdentifier(name)} with (force)`);
        if (kind === 'role') await client.query(`drop role ${client.escapeIdentifier(name)}`);
      }
    });
    return (await foreign()).length === 0;
  };
  const discard = async (): Promise<void> => {
    const { sandboxId } = pooled ?? { sandboxId: null };
    pooled = null;
    if (sandboxId !== null) await host.remove(sandboxId);
  };

  return {
    ...host,
    provision: async (plan: SandboxPlan) => {
      const sandboxId = host.sandboxIdFor(plan.drillId);
      if (pooled !== null && pooled.majorVersion !== plan.majorVersion) await discard();
      if (pooled === null) {
        await host.provision(plan);
        pooled = { sandboxId, majorVersion: plan.majorVersion, roles: [] };
      }
      busy.set(sandboxId, pooled.sandboxId);
      return { sandboxId };
    },
    look: async (sandboxId) => {
      if (!busy.has(sandboxId)) return { state: 'gone' };
      const look = await host.look(realId(sandboxId));
      if (look.state !== 'ready') return look;
      if (pooled?.roles.length === 0) {
        const found = await leftovers(pooled.sandboxId);
        pooled.roles = found.filter(([kind]) => kind === 'role').map(([, name]) => name);
      }
      return { state: 'ready', address: { ...look.address, sandboxId } };
    },
    remove: async (sandboxId) => {
      if (!busy.delete(sandboxId) || pooled === null) return;
      const isEmpty = await empty(pooled).catch(() => false);
      if (!isEmpty) await discard();
    },
    connection: (address, database) => host.connection(real(address), database),
    ...(administration === undefined
      ? {}
      : { administration: async (address) => administration(real(address)) }),
    installExtension: async (address, database, statement) =>
      host.installExtension?.(real(address), database, statement),
    close: discard,
  };
}

async function withClient<T>(
  config: Awaited<ReturnType<LocalSandboxHost['connection']>>,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client(config);
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
