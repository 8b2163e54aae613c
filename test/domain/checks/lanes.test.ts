import { expect, test } from 'vitest';
import type { PlannedCheck } from '../../../lib/domain/checks/asking/check.ts';
import { runsInTask } from '../../../lib/domain/checks/lanes.ts';
import { anAccount } from '../../support/in-memory-ports.ts';

const gibibyte = 1024 ** 3;
const loaded = (bytes: number, database = 'restored') =>
  anAccount({
    databases: [
      { dumpName: 'shop', name: 'restored' },
      { dumpName: 'other', name: 'other' },
    ],
    tables: [{ database, schema: 'public', name: 't', rowsInDump: 1, rowsLoaded: 1, bytes, seconds: 1 }],
  });
const check = (kind: string, given: Partial<PlannedCheck> = {}): PlannedCheck => ({
  ...{ id: kind, kind, name: kind, database: 'restored', statementTimeoutSeconds: 300, params: {} },
  ...given,
});
const login = (passwordParameter?: string) =>
  check('login', { params: { login: { role: 'app' }, passwordParameter } });

test.each<[string, PlannedCheck, ReturnType<typeof anAccount>, boolean]>([
  ['a short statement on little data', check('rowCounts'), loaded(gibibyte), false],
  ['a scan of much data', check('rowCounts'), loaded(21 * gibibyte), true],
  ['a scan of much data under the name in the dump', check('rowCounts'), loaded(21 * gibibyte, 'shop'), true],
  ['a scan of another, small database', check('rowCounts'), loaded(21 * gibibyte, 'other'), false],
  ['a look at the catalog of much data', check('extensions'), loaded(21 * gibibyte), false],
  [
    'a statement that may take eleven minutes',
    check('sql', { statementTimeoutSeconds: 660 }),
    loaded(1),
    true,
  ],
  ['a statement of ten minutes', check('sql', { statementTimeoutSeconds: 600 }), loaded(1), false],
  ['a login with a password of SSM Parameter Store', login('/shop/app'), loaded(1), true],
  ['a look whether a role may log in', login(), loaded(1), false],
])('%s', (_what, planned, account, inTask) => {
  expect(runsInTask(planned, account)).toBe(inTask);
});
