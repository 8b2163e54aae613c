import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { RestoreAccount } from '../../../lib/domain/recovery/restore-account.ts';
import type { DumpFailure } from '../../../lib/ports/cluster-dump.ts';
import { carryCluster } from '../../../lib/recovery/carrying/carry-cluster.ts';

const anAccount = (given: Partial<RestoreAccount> = {}): RestoreAccount => ({
  ...{ engine: 'native', complete: true, sha256: null, bytesRead: 0, databases: [], rolesCreated: [] },
  ...{ entries: [], restoredBeside: 0, tables: [], announced: [], phases: [], findings: [] },
  ...given,
});
const into = {
  sandbox: { sandboxId: 's', host: 'h', port: 1, masterRole: 'm', serverVersion: '17' },
  options: {} as never,
  onProgress: () => undefined,
  signal: new AbortController().signal,
};

/** pg_dumpall as far as a restore sees it: its text, and how it ends when it is stopped. */
function aDump(failure: Promise<DumpFailure | null> | 'when stopped') {
  const seen = { stopped: false };
  const from = {
    ownRoles: ['drill_admin'],
    connection: () => Promise.reject(new Error('nothing is counted')),
    openTransactions: async () => 0,
    dump: (signal: AbortSignal) => {
      const stopped = new Promise<DumpFailure>((resolve) =>
        signal.addEventListener('abort', () => {
          seen.stopped = true;
          resolve({ words: 'it was stopped', lost: true });
        }),
      );
      return { text: Readable.from(['-- text']), failure: failure === 'when stopped' ? stopped : failure };
    },
  };
  return { from, seen };
}

test('a restore that gives up ends pg_dumpall, which would wait for a reader for ever', async () => {
  const { from, seen } = aDump('when stopped');
  const restorer = { restore: async () => anAccount({ complete: false }) };

  const account = await carryCluster(anAccount(), from, () => restorer, into);

  expect(seen.stopped).toBe(true);
  expect(account).toMatchObject({ complete: false, findings: [] });
}, 10_000);

test('a restore that throws ends pg_dumpall too', async () => {
  const { from, seen } = aDump('when stopped');
  const restorer = { restore: () => Promise.reject(new Error('the sandbox is gone')) };

  await expect(carryCluster(anAccount(), from, () => restorer, into)).rejects.toThrow('the sandbox is gone');

  expect(seen.stopped).toBe(true);
});

test('a cluster that cannot be read completely is told by the words of pg_dumpall alone', async () => {
  const { from } = aDump(
    Promise.resolve({ words: 'pg_dumpall ended with 1: invalid page in block 3', lost: false }),
  );
  const truncated = {
    code: 'DUMP_TRUNCATED',
    severity: 'error',
    message: 'it ends early',
    hint: '',
  } as const;
  const restorer = { restore: async () => anAccount({ complete: false, findings: [truncated] }) };

  const account = await carryCluster(anAccount(), from, () => restorer, into);

  expect(account.complete).toBe(false);
  expect(account.findings.map(({ code }) => code)).toEqual(['CARRY_FAILED']);
});

test('a server that died while it was read says nothing against the cluster', async () => {
  const { from } = aDump(Promise.resolve({ words: 'server closed the connection unexpectedly', lost: true }));
  const restorer = { restore: async () => anAccount({ complete: false }) };

  await expect(carryCluster(anAccount(), from, () => restorer, into)).rejects.toMatchObject({
    code: 'SANDBOX_LOST',
  });
});

test('prepared transactions are told, because no dump carries them', async () => {
  const { from } = aDump(Promise.resolve(null));
  const restorer = { restore: async () => anAccount() };

  const account = await carryCluster(
    anAccount(),
    { ...from, openTransactions: async () => 2 },
    () => restorer,
    into,
  );

  expect(account.findings.map(({ code }) => code)).toEqual(['PREPARED_TRANSACTIONS_OPEN']);
});
