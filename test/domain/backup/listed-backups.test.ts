import { describe, expect, test } from 'vitest';
import { newestBackup, olderBackups, parseListedBackups } from '../../../lib/domain/backup/listed-backups.ts';

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

describe('of a list', () => {
  const dated = ['2026-11-01', '2026-11-03', '2026-11-02'].map((day) => ({
    name: day,
    takenAt: `${day}T00:00:00.000Z`,
  }));
  const undated = ['first', 'second', 'third'].map((name) => ({ name, takenAt: null }));
  const names = (backups: { name: string }[]) => backups.map(({ name }) => name);

  test('the newest is taken, and what is older is left to walk back to', () => {
    expect(newestBackup(dated, null)?.name).toBe('2026-11-03');
    expect(names(olderBackups(dated, null))).toEqual(['2026-11-02', '2026-11-01']);
  });

  test('none that came after the moment is either', () => {
    expect(newestBackup(dated, '2026-11-02T12:00:00.000Z')?.name).toBe('2026-11-02');
    expect(names(olderBackups(dated, '2026-11-02T12:00:00.000Z'))).toEqual(['2026-11-01']);
    expect(newestBackup(dated, '2026-10-01T00:00:00.000Z')).toBeNull();
  });

  test('without moments the last line is the newest', () => {
    expect(newestBackup(undated, null)?.name).toBe('third');
    expect(names(olderBackups(undated, null))).toEqual(['second', 'first']);
  });
});
