import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { style } from '../../../../../lib/domain/record/report/html/style.ts';

const file = join(
  resolve(import.meta.dirname, '../../../../..'),
  'lib/domain/record/report/html/style-sha256.ts',
);

test('the policy of a page lets in the style by its digest (renew with npm run docs)', async () => {
  const digest = createHash('sha256').update(style).digest('base64');
  await expect(
    `/** SHA-256 of the style in Base64, by which the policy of the page lets it in. \`npm run docs\` renews it. */\nexport const styleSha256 = '${digest}';\n`,
  ).toMatchFileSnapshot(file);
});
