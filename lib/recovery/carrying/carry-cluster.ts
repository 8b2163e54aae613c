import type { Readable } from 'node:stream';
import { finding } from '../../domain/findings/findings.ts';
import type { RestoreAccount } from '../../domain/recovery/restore-account.ts';
import type { CarriedFrom } from '../../ports/cluster-dump.ts';
import type { RestoreRequest, Restorer } from '../../ports/recovery.ts';
import { countRows, differingRows } from './compare-rows.ts';
import { pipedDump } from './piped-dump.ts';
import { withoutRoles } from './without-roles.ts';

/**
 * Carries a recovered cluster into another server: pg_dumpall writes, the restorer reads as it is written, by the same policy
 * as any dump, and rows are counted on both sides. No copy lies on a disk.
 *
 * @param recovered the account of the recovery, complete
 * @returns one account of both: what the sandbox holds, and what it was recovered from
 * @throws DrillError as Restorer.restore
 */
export async function carryCluster(
  recovered: RestoreAccount,
  from: CarriedFrom,
  restorerOf: (text: Readable) => Restorer,
  into: Omit<RestoreRequest, 'dump' | 'store'>,
): Promise<RestoreAccount> {
  const cluster = from.dump(into.signal);
  const text = cluster.text.pipe(withoutRoles(from.ownRoles));
  cluster.text.once('error', (error) => text.destroy(error));
  const carried = await restorerOf(text).restore({ ...into, ...pipedDump(new Date().toISOString()) });
  const failure = await cluster.failure;
  const names = recovered.databases.map(({ name }) => name);
  const rows = carried.complete && failure === null ? await countRows(names, from.connection) : [];
  return {
    ...carried,
    complete: carried.complete && failure === null,
    // Digests are of what was stored, and this text was not.
    sha256: null,
    bytesRead: recovered.bytesRead,
    phases: [...recovered.phases, ...carried.phases],
    findings: [
      ...recovered.findings,
      ...carried.findings,
      ...(failure === null ? [] : [finding('CARRY_FAILED', failure)]),
      ...differingRows(rows, carried.tables),
    ],
    ...(recovered.recovered === undefined ? {} : { recovered: recovered.recovered }),
  };
}
