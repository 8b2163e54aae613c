import { describe, expect, test } from 'vitest';
import { copyPosition } from '../../../../lib/recovery/logical/loading/copy-position.ts';

describe('where in the rows a COPY stopped', () => {
  test('is the line and a column that the table has', () => {
    expect(copyPosition('COPY items, line 7, column note: "secret"', ['id', 'note'])).toEqual({
      line: 7,
      column: 'note',
    });
  });

  test('is the line alone when the text is a value', () => {
    expect(copyPosition('COPY items, line 7: "secret, column note"', ['id', 'note'])).toEqual({
      line: 7,
      column: null,
    });
  });

  test('is the line of the row, not that of the JSON in it', () => {
    const context = 'JSON data, line 3: {"secret":...\nCOPY items, line 7, column note: "{..."';
    expect(copyPosition(context, ['id', 'note'])).toEqual({ line: 7, column: 'note' });
  });

  test('is unknown without a context', () => {
    expect(copyPosition(null, ['id'])).toEqual({ line: null, column: null });
  });

  test('is unknown where code ran: what comes first may be of its making', () => {
    const context = 'SQL statement "SELECT 1 -- , line 4711, column id"\nCOPY items, line 7';
    expect(copyPosition(context, ['id'])).toEqual({ line: null, column: null });
  });
});
