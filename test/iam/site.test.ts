import { describe, expect, test } from 'vitest';
import { evaluate } from './support/evaluate.ts';
import { stackRoles } from './support/stack-roles.ts';
import { stack } from './support/unrecorded-calls.ts';

const databases = { shop: { source: { bucket: 'acme-backups', prefix: 'a/' } } };

/** Doors that may do this to a page of the site. */
async function allowed(
  site: boolean,
  action: string,
  key = 'site/index.html',
  lock: { objectLock?: { years: number } } = {},
): Promise<string[]> {
  const { byDoor, fill } = stackRoles({ aws: { stackName: stack, site, ...lock }, databases });
  const found: string[] = [];
  for (const [door, role] of byDoor)
    if (
      (await evaluate(role, { action, resource: `arn:aws:s3:::${fill('<EvidenceBucket>')}/${key}` })).allowed
    )
      found.push(door);
  return found.sort();
}

describe('the site in the evidence bucket', () => {
  test.each(['s3:GetObject', 's3:PutObject'])(
    'is renewed by what seals a drill, and by nothing else: %s',
    async (action) => {
      expect(await allowed(true, action)).toEqual(['clean-up-after-abort', 'seal-record']);
      expect(await allowed(true, action, 'site/databases/shop.html')).toEqual([
        'clean-up-after-abort',
        'seal-record',
      ]);
    },
  );

  test('is nobody’s where drills.yaml does not ask for it, and is never deleted', async () => {
    expect(await allowed(false, 's3:PutObject')).toEqual([]);
    expect(await allowed(true, 's3:DeleteObject')).toEqual([]);
    expect(await allowed(true, 's3:PutObject', 'elsewhere/index.html')).toEqual([]);
  });

  test('is locked for a time of its own where evidence is locked for years, and evidence for none but those', async () => {
    const lock = { objectLock: { years: 7 } };
    const action = 's3:PutObjectRetention';

    expect(await allowed(true, action, 'site/index.html', lock)).toEqual([
      'clean-up-after-abort',
      'seal-record',
    ]);
    expect(await allowed(true, action, 'drills/drill-1/record.json', lock)).toEqual([]);
    expect(await allowed(true, action)).toEqual([]);
  });
});
