/** What code of a backup's superuser would try from inside its server, and what it must come to. */
export interface HostileTry {
  statement: string;
  outcome: RegExp;
}

export interface Surroundings {
  /** A file of ours outside the server's root. */
  secretFile: string;
  /** A folder of ours that everybody may write to, where it must leave nothing. */
  openFolder: string;
  /** Somebody listens there on 127.0.0.1. */
  port: number;
}

const absent = /^refused: .*No such file or directory/;
const refused = /^refused: /;
const noProgram = /^refused: (program .* failed|could not execute command)/;

export function hostileTries({ secretFile, openFolder, port }: Surroundings): HostileTry[] {
  const proof = `${openFolder}/proof`;
  const connection = `host=127.0.0.1 port=${port} user=u password=p connect_timeout=5`;
  const noConnection = /^refused: could not (connect to the publisher|establish connection)/;
  return [
    { statement: `COPY (SELECT 1) TO PROGRAM 'id > ${proof}'`, outcome: noProgram },
    {
      statement: "CREATE TEMP TABLE l (l text); COPY l FROM PROGRAM '/usr/bin/sleep 0'",
      outcome: noProgram,
    },
    { statement: "SELECT pg_read_file('/proc/1/environ')", outcome: absent },
    { statement: "SELECT pg_read_file('/proc/self/environ')", outcome: absent },
    { statement: `SELECT pg_read_file('${secretFile}')`, outcome: absent },
    { statement: `SELECT pg_read_file('data/../../../../../../../..${secretFile}')`, outcome: absent },
    { statement: "SELECT lo_from_bytea(424242, 'x')", outcome: /^424242$/ },
    { statement: `SELECT lo_export(424242, '${proof}')`, outcome: absent },
    { statement: "SELECT lo_export(424242, '/proof')", outcome: refused },
    { statement: "SELECT lo_export(424242, '/usr/bin/sh')", outcome: refused },
    { statement: "COPY (SELECT 1) TO '/etc/ld.so.preload'", outcome: refused },
    { statement: 'CREATE EXTENSION plperlu', outcome: refused },
    {
      statement: `CREATE EXTENSION dblink SCHEMA public; SELECT public.dblink_connect('${connection}')`,
      outcome: noConnection,
    },
    {
      statement: `CREATE SUBSCRIPTION s CONNECTION '${connection}' PUBLICATION p`,
      outcome: noConnection,
    },
    // Each of these makes a server run a program at its next look at its settings.
    ...['archive_command', 'restore_command', 'archive_cleanup_command', 'recovery_end_command'].map(
      (setting) => ({
        statement: `ALTER SYSTEM SET ${setting} = 'touch ${proof}'`,
        outcome: /^done$/,
      }),
    ),
    {
      statement: `ALTER SYSTEM SET ssl_passphrase_command = 'touch ${proof}'`,
      outcome: /^done$/,
    },
    { statement: 'ALTER SYSTEM SET ssl_passphrase_command_supports_reload = on', outcome: /^done$/ },
    { statement: 'ALTER SYSTEM SET ssl = on', outcome: /^done$/ },
    { statement: "ALTER SYSTEM SET shared_preload_libraries = 'x'", outcome: /^done$/ },
    { statement: 'SELECT pg_reload_conf()', outcome: /^true$/ },
    { statement: 'SELECT pg_switch_wal()', outcome: /\// },
    {
      statement: "SELECT string_agg(name, ' ' ORDER BY name) FROM pg_ls_dir('/') name",
      outcome: /^(?!.*\b(proc|dev|home|root|app|run|sys|var|sbin)\b)/,
    },
    { statement: "SELECT pg_read_file('/etc/shadow')", outcome: absent },
    { statement: "SELECT setting FROM pg_settings WHERE name = 'port'", outcome: /^5432$/ },
  ];
}
