import { expect, test } from 'vitest';
import { rowsReadable } from '../../../../lib/domain/checks/kinds/rows-readable.ts';

const judged = (reason: string) =>
  rowsReadable.judge({ database: 'shop', tables: [['public', 'item']] }, [
    { refused: { code: 'CHECK_COULD_NOT_RUN', reason } },
  ]);

test('rows that the server was not built to read say nothing against the backup', () => {
  expect(judged('compression method lz4 not supported (SQLSTATE 0A000)')).toMatchObject({
    status: 'could not run',
    findings: [{ code: 'SERVER_LACKS_COMPRESSION', message: expect.stringContaining('public.item') }],
  });
});

test('rows that are damaged fail', () => {
  expect(judged('invalid page in block 0 (SQLSTATE XX001)')).toMatchObject({
    status: 'failed',
    findings: [{ code: 'ROWS_UNREADABLE' }],
  });
});

test('rows that nobody answered for could not be asked, and are never taken for readable', () => {
  const params = { database: 'shop', tables: [['public', 'item']] as [string, string][] };

  expect(rowsReadable.judge(params, [])).toMatchObject({
    status: 'could not run',
    findings: [{ code: 'CHECK_COULD_NOT_RUN' }],
    measured: { tables: [] },
  });
});
