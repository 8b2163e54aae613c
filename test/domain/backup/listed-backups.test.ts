import { describe, expect, test } from 'vitest';
import { parseListedBackups } from '../../../lib/domain/backup/listed-backups.ts';

const namesIn = (text: string): unknown => {
  const listed = parseListedBackups(text);
  return 'reason' in listed ? listed.reason : listed.backups.map(({ name, takenAt }) => `${name} ${takenAt}`);
};

describe('a list of base backups', () => {
  test('has a name on each line, and nothing else', () => {
    expect(namesIn('20261120-021503F\n\n20261120-021503F_20261120-090000I\r\n')).toEqual([
      '20261120-021503F null',
      '20261120-021503F_20261120-090000I null',
    ]);
  });

  test('may be a table with moments, as WAL-G prints it: its heading is none', () => {
    const table =
      'backup_name modified wal_file_name storage_name\nbase_000000010000000000000002 2026-11-28T11:00:00+01:00 000000010000000000000002 default\n';
    expect(namesIn(table)).toEqual(['base_000000010000000000000002 2026-11-28T10:00:00.000Z']);
  });

  test.each(['a;reboot', '$(id)', '-rf', '../../etc', 'a\u0000b', '\u202eabc', 'x'.repeat(300)])(
    'with the name %j is none: what is handed on to a command must be harmless',
    (name) => {
      expect(namesIn(`good\n${name}\n`)).toContain('backup 2');
    },
  );

  test('may be empty', () => {
    expect(namesIn('\n')).toEqual([]);
  });
});
