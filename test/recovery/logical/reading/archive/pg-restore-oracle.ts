/** What pg_restore itself makes of an archive. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { postgresqlPrograms } from '../../../../../scripts/oracle-programs.mjs';
import { settingsText } from './archive-events.ts';

export interface OracleScript {
  byId: Map<number, string>;
  order: number[];
  settings: Map<number, string>;
}

/** Majors whose pg_restore may be asked; 15 does not read what 16 and later write. */
export type OracleMajor = 15 | 17;

const run = (major: OracleMajor, args: string[]): string =>
  execFileSync(join(postgresqlPrograms(major), 'pg_restore'), args, {
    maxBuffer: 2 ** 29,
    stdio: ['ignore', 'pipe', 'ignore'],
  }).toString('latin1');

/** `pg_restore -v -C -f -`, cut at its `-- TOC entry` comments. */
export function oracleScript(archive: string, major: OracleMajor): OracleScript {
  const script: OracleScript = { byId: new Map(), order: [], settings: new Map() };
  const running = new Map<string, string>();
  const parts = run(major, ['-v', '-C', '-f', '-', archive]).split(
    /^--\n-- TOC entry (\d+) \(class \d+ OID \d+\)$/m,
  );
  trackSettings(parts[0] ?? '', running);
  for (let index = 1; index < parts.length; index += 2) {
    const id = Number(parts[index]);
    const text = (parts[index + 1] as string).split(/^(?:-- Completed on .*|\\connect .*)$/m)[0] as string;
    script.order.push(id);
    script.settings.set(id, settingsText(running));
    trackSettings(text, running);
    script.byId.set(id, text);
  }
  return script;
}

function trackSettings(text: string, running: Map<string, string>): void {
  for (const [, name, value] of text.matchAll(
    /^SET (default_tablespace|default_table_access_method) = (.*);$/gm,
  )) {
    running.set(name as string, value as string);
  }
}

/** `pg_restore -l`: dump id to type; with everything, also what is only restored with --create. */
export function oracleList(archive: string, major: OracleMajor): Map<number, string> {
  const list = new Map<number, string>();
  for (const line of run(major, ['-l', '-C', archive]).split('\n')) {
    const match = /^(\d+); \d+ \d+ (.*)$/.exec(line);
    if (match !== null) list.set(Number(match[1]), match[2] as string);
  }
  return list;
}

/** Without comments, blank lines and the settings that are compared by themselves. */
export function comparable(text: string): string {
  return (
    text
      .split('\n')
      .map((line) => line.trimEnd())
      // pg_restore up to 15 gives every relation away with ALTER TABLE, later ones name its kind.
      .map((line) =>
        line.replace(
          /^ALTER (?:MATERIALIZED VIEW|VIEW|SEQUENCE|FOREIGN TABLE) (.* OWNER TO )/,
          'ALTER TABLE $1',
        ),
      )
      .filter(
        (line) =>
          line !== '' &&
          !line.startsWith('--') &&
          !line.startsWith('\\restrict') &&
          !line.startsWith('\\unrestrict'),
      )
      .filter((line) => !/^SET default_(tablespace|table_access_method) = .*;$/.test(line))
      .filter((line) => line !== 'BEGIN;' && line !== 'COMMIT;')
      .join('\n')
  );
}
