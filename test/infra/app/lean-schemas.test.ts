import { describe, expect, test } from 'vitest';
import { withPlainKeys } from '../../../lib/infra/app/lean-schemas.ts';

describe('the schemas of a client', () => {
  test('have their computed keys written in, so that what nobody uses can be left out', () => {
    const text = [
      'const _xN = "xmlName";',
      'const _i = "item";',
      'export var Items$ = [1, n0, _I, 0, [() => Item$, { [_xN]: _i }]];',
    ];

    expect(withPlainKeys(text.join('\n'))).toBe(
      [...text.slice(0, 2), 'export var Items$ = [1, n0, _I, 0, [() => Item$, { ["xmlName"]: _i }]];'].join(
        '\n',
      ),
    );
  });

  test.each([
    ['a key that is no constant of the file', 'const a = { [other]: 1 };'],
    ['a constant that is no plain text', 'const _k = make();\nconst a = { [_k]: 1 };'],
    ['a text that is no key', 'const _k = "k";\nconst a = list[_k];'],
  ])('are left as they are: %s', (_, text) => {
    expect(withPlainKeys(text)).toBe(text);
  });
});
