import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  instanceNamesOf,
  isMinted,
  maxPlacements,
  sandboxIdFor,
  sandboxIdOf,
} from '../../../../lib/adapters/sandboxes/rds/sandbox-names.ts';

describe('the name of a sandbox', () => {
  test('is readable, and the same for the same drill', () => {
    const id = sandboxIdFor('restore-drill', 'Shop_2026-11-21T03:00:00Z');

    expect(id).toMatch(/^restore-drill-shop-2026-11-21t03-00-00z-[0-9a-f]{10}$/);
    expect(sandboxIdFor('restore-drill', 'Shop_2026-11-21T03:00:00Z')).toBe(id);
  });

  test('differs between drills whose ids look alike, and between stacks', () => {
    const names = [
      sandboxIdFor('restore-drill', 'shop.1'),
      sandboxIdFor('restore-drill', 'shop_1'),
      sandboxIdFor('restore-drill-staging', 'shop.1'),
      sandboxIdFor('restore-drill', `${'long'.repeat(20)}1`),
      sandboxIdFor('restore-drill', `${'long'.repeat(20)}2`),
    ];

    expect(new Set(names).size).toBe(names.length);
  });

  test('keeps the rules of RDS for any drill id, at any placement', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (drillId) => {
        const id = sandboxIdFor('restore-drill', drillId);
        for (const name of instanceNamesOf(id)) {
          expect(name).toMatch(/^[a-z]([a-z0-9]|-(?!-))*$/);
          expect(name.length).toBeLessThanOrEqual(63);
          expect(name.endsWith('-')).toBe(false);
          expect(isMinted(name)).toBe(true);
          expect(sandboxIdOf(name)).toBe(id);
        }
      }),
    );
  });

  test('has one form per placement, newest first', () => {
    const id = sandboxIdFor('restore-drill', 'x');

    expect(instanceNamesOf(id)).toEqual([`${id}-p4`, `${id}-p3`, `${id}-p2`, id]);
    expect(maxPlacements).toBe(4);
  });

  test.each([
    'production',
    'restore-drill',
    'restore-drill-',
    'restore-drill-production',
    'restore-drill-import-15',
    'restore-drill-x-0123456789-p1',
    'restore-drill-x-0123456789-p5',
    'restore-drill-x--0123456789',
    'restore-drill-X-0123456789',
    'my-restore-drill-x-0123456789',
    'arn:aws:rds:eu-west-1:111122223333:db:restore-drill-x-0123456789',
    ' restore-drill-x-0123456789',
    'restore-drill-x-0123456789\n',
  ])('is refused as none of ours: %j', (name) => {
    expect(isMinted(name)).toBe(false);
  });
});
