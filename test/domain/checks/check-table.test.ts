import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { renderCheckTable } from '../../../lib/domain/checks/check-table.ts';

test('docs/checks.md is what the registry says (renew with npm run docs)', async () => {
  const page = join(resolve(import.meta.dirname, '../../..'), 'docs/checks.md');
  await expect(renderCheckTable()).toMatchFileSnapshot(page);
});
