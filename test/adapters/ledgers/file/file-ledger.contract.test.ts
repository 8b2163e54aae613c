import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { createFileLedger } from '../../../../lib/adapters/ledgers/file/file-ledger.ts';
import { describeLedgerContract } from '../ledger-contract.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ledger-contract-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describeLedgerContract('a file', async () => {
  const folder = await mkdtemp(join(root, 'case-'));
  return ({ now }) => createFileLedger({ path: join(folder, 'ledger.jsonl'), clock: { now } });
});
