import { describe, expect, test } from 'vitest';
import { readPgDumpWords } from '../../../lib/domain/witness/pg-dump-words.ts';

const call = (text: string) => readPgDumpWords(text.split(' '));

describe('where psql connects', () => {
  test.each([
    ['pg_dump app', ['--dbname=app']],
    ['pg_dump -h db -p5433 -Uowner app', ['--host=db', '--port=5433', '--username=owner', '--dbname=app']],
    [
      'pg_dump --host=db --username owner -wd app',
      ['--host=db', '--username=owner', '--no-password', '--dbname=app'],
    ],
    ['pg_dump --cluster 15/main -Fc app', ['--cluster=15/main', '--dbname=app']],
    ['pg_dump -Fc -- app', ['--dbname=app']],
    ['pg_dump --lock-wait-timeout 5 --user owner app', ['--username=owner', '--dbname=app']],
    ['pg_dump -Z9 -j 4 -Fd -f app.dir', []],
  ])('%s', (text, connection) => {
    expect(call(text).connection).toEqual(connection);
  });
});

test('the words before the program lead to the same place', () => {
  const { wrapper, program, words } = call('sudo -u postgres /usr/lib/postgresql/16/bin/pg_dump -Fc app');
  expect({ wrapper, program, words }).toEqual({
    wrapper: ['sudo', '-u', 'postgres'],
    program: '/usr/lib/postgresql/16/bin/pg_dump',
    words: ['-Fc', 'app'],
  });
});

describe('the dump', () => {
  test.each([
    ['pg_dump -Fc -f app.dump app', 'app.dump', false],
    ['pg_dump -Fcfapp.dump app', null, false],
    ['pg_dump -vfapp.dump app', 'app.dump', false],
    ['pg_dump --file=a=b.sql app', 'a=b.sql', false],
    ['pg_dump --format directory --file out app', 'out', true],
    ['pg_dump app', null, false],
  ])('%s', (text, file, directory) => {
    expect(call(text)).toMatchObject({ file, directory });
  });
});

describe('a call that leaves something out', () => {
  test.each([
    ['pg_dump app', []],
    ['pg_dump -Fc -v --no-owner -x --clean --if-exists -C app', []],
    ['pg_dump -t orders -T audit app', ['--table', '--exclude-table']],
    ['pg_dump -Oxnapp --exclude-table-data=app.log app', ['--schema', '--exclude-table-data']],
    ['pg_dump --exclude-table-d=log app', []],
    ['pg_dump --filter rules.txt -s app', ['--filter', '--schema-only']],
    ['pg_dump -aB app', ['--data-only', '--no-large-objects']],
  ])('%s', (text, selecting) => {
    expect(call(text).selecting).toEqual(selecting);
  });
});

describe('what cannot be witnessed', () => {
  test.each([
    ['pg_dumpall -f all.sql', 'no call of pg_dump'],
    ['gzip app.sql', 'no call of pg_dump'],
    ['pg_dump --snapshot=00000003-1 app', 'a snapshot of its own'],
  ])('%s: %s', (text) => {
    expect(() => call(text)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });
});
