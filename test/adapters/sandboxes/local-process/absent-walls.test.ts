import { expect, test } from 'vitest';
import { absentWalls } from '../../../../lib/adapters/sandboxes/local-process/describe-walls.ts';

test('a server with everything of its own lacks no wall', () => {
  expect(absentWalls({ sharedBecause: null, chrootBecause: null, user: 'own number' }, 'own')).toEqual([]);
  expect(absentWalls({ sharedBecause: null, chrootBecause: null, user: 'yourself' }, 'own')).toEqual([]);
});

test.each([
  ['own number', 'as a user id that owns nothing else'],
  ['lent', 'as a user of this machine that root lends'],
  ['yourself', 'as the user who drilled'],
] as const)(
  'a server without namespaces (%s) is told with the reason and with whose rights it ran',
  (user, words) => {
    const [told = '', ...others] = absentWalls(
      { sharedBecause: 'unshare failed', chrootBecause: null, user },
      'own',
    );

    expect(others).toEqual([]);
    expect(told).toContain('makes no namespaces (unshare failed)');
    expect(told).toContain(words);
  },
);

test('a server that listens on a port of the machine is told to share its network', () => {
  expect(absentWalls({ sharedBecause: null, chrootBecause: null, user: 'own number' }, 'shared')).toEqual([
    expect.stringContaining("ran with this machine's network"),
  ]);
});

test('a server behind other walls than namespaces is told with the reason and with what it shares', () => {
  const walls = { sharedBecause: null, chrootBecause: 'unshare failed', user: 'lent' } as const;
  expect(absentWalls(walls, 'own')).toEqual([
    expect.stringMatching(/^Shared memory and a host name .*makes no namespaces \(unshare failed\)/),
  ]);
});
