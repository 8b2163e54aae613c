import type { DrillPorts } from '../ports/drill-ports.ts';

/** The configured source of a database. */
export async function openSource(database: string, ports: Pick<DrillPorts, 'configuration' | 'openStore'>) {
  return ports.openStore(ports.configuration.database(database).source);
}
