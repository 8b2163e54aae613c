import { describe, expect, test } from 'vitest';
import { toldSqlState } from '../../../lib/domain/server-errors/sql-states.ts';

describe('the code of an error', () => {
  test.each(['23505', '42P01', '00000', 'XX000', 'HV091', 'P0004', '22P06', '10608'])(
    'is told when PostgreSQL has it: %s',
    (code) => {
      expect(toldSqlState(code)).toBe(code);
    },
  );

  test.each(['MILLE', '23599', 'AB123', '', '235', '23505 MILLER'])(
    'is that of a RAISE when code of a dump made it up: %s',
    (code) => {
      expect(toldSqlState(code)).toBe('P0001');
    },
  );
});
