import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { DrillError } from '../../domain/findings/errors.ts';
import { type FindingCode, finding } from '../../domain/findings/findings.ts';
import type { RestoreAccount } from '../../domain/recovery/restore-account.ts';
import type { CarriedFrom, DumpFailure } from '../../ports/cluster-dump.ts';
import type { RestoreRequest, Restorer } from '../../ports/recovery.ts';
import { countRows, differingRows } from './compare-rows.ts';
import { pipedDump } from './piped-dump.ts';
import { withoutRoles } from './without-roles.ts';

/** pg_dumpall ends with its text: whoever has read it to its end waits no longer for how that was. */
const endSeconds = 5;

/** What the restorer makes of a text that pg_dumpall broke off, which says itself why. */
const endsEarly: ReadonlySet<FindingCode> = new Set(['DUMP_TRUNCATED', 'DUMP_EMPTY']);

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
  const left = await from.openTransactions();
  const startedAt = performance.now();
  const stop = new AbortController();
  const cluster = from.dump(AbortSignal.any([into.signal, stop.signal]));
  const text = cluster.text.pipe(withoutRoles(from.ownRoles));
  cluster.text.once('error', (error) => text.destroy(error));
  let carried: RestoreAccount;
  let failure: DumpFailure | null;
  try {
    carried = await restorerOf(text).restore({ ...into, ...pipedDump(new Date().toISOString()) });
    const late = carried.complete ? { words: 'pg_dumpall did not end with its text', lost: true } : null;
    failure = await Promise.race([cluster.failure, delay(endSeconds * 1000, late, { ref: false })]);
  } finally {
    // A restore that gave up reads no further, and pg_dumpall would wait for it for ever.
    stop.abort();
  }
  if (failure?.lost === true)
    throw new DrillError(
      'SANDBOX_LOST',
      `the recovered cluster could not be carried over: ${failure.words}`,
      {
        hint: 'Start it again; a task that is short of memory takes a larger size by sandbox.storage.',
        fault: 'service',
        retryable: true,
      },
    );
  const names = recovered.databases.map(({ name }) => name);
  const rows = carried.complete && failure === null ? await countRows(names, from.connection) : [];
  return {
    ...carried,
    complete: carried.complete && failure === null,
    // Digests are of what was stored, and this text was not.
    sha256: null,
    bytesRead: recovered.bytesRead,
    phases: [
      ...recovered.phases,
      { name: 'carry', seconds: (performance.now() - startedAt) / 1000, bytes: carried.bytesRead },
    ],
    findings: [
      ...recovered.findings,
      ...(left === 0
        ? []
        : [
            finding(
              'PREPARED_TRANSACTIONS_OPEN',
              `${left} prepared transactions were open at the moment of the recovery; they are not carried over, nor what they would have committed`,
            ),
          ]),
      ...(failure === null ? carried.findings : carried.findings.filter(({ code }) => !endsEarly.has(code))),
      ...(failure === null ? [] : [finding('CARRY_FAILED', failure.words)]),
      ...differingRows(rows, carried.tables),
    ],
    // Its tables are those of the account now, and are counted there.
    ...(recovered.recovered === undefined ? {} : { recovered: { ...recovered.recovered, tables: [] } }),
  };
}
