import type { TestServer } from '../../support/server.ts';

/** One line of `pg_restore -l`. */
export interface ContentsLine {
  id: number;
  /** All that follows the two object identifiers: type, schema, name and owner, separated by single spaces. */
  text: string;
}

/** What `pg_restore -l` says an archive holds. */
export function contentsOf(server: TestServer, archive: string, programs?: string): ContentsLine[] {
  return server
    .tool('pg_restore', ['-l', archive], programs === undefined ? {} : { programs })
    .toString()
    .split('\n')
    .flatMap((line) => {
      const [, id, text] = /^(\d+); \d+ \d+ (.*)$/.exec(line) ?? [];
      return id === undefined || text === undefined ? [] : [{ id: Number(id), text }];
    });
}
