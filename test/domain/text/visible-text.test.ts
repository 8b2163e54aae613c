import { describe, expect, test } from 'vitest';
import { visibleText } from '../../../lib/domain/text/visible-text.ts';

describe('text of a dump, made visible', () => {
  test.each([
    ['a line that would be forged', 'orders\nPROVEN', 'orders\\nPROVEN'],
    ['a cursor that would be moved', '\u001b[2J', '\\u{1b}[2J'],
    ['an order of reading that would be turned', 'a\u202eb', 'a\\u{202e}b'],
    ['a character that takes no room', 'or\u200bders', 'or\\u{200b}ders'],
  ])('shows %s', (_what, text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });

  test('leaves words of any script as they are', () => {
    expect(visibleText('Bestellungen für Zoë, 注文, é')).toBe('Bestellungen für Zoë, 注文, é');
  });
});
