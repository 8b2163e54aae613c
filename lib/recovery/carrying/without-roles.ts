import { Transform, type TransformCallback } from 'node:stream';

/** pg_dumpall writes roles before this line, one statement a line, and the databases behind it. */
const databasesFollow = '\n-- Databases\n';
/** Roles of a cluster with 100,000 of them take 20 MB. */
const mostGlobalsBytes = 256 * 1024 * 1024;

/**
 * The text of pg_dumpall without the roles that a drill gave itself in the cluster: they must not come into a database that
 * may be kept. Nothing behind the roles is looked at.
 *
 * Source: pg_dumpall.c, dumpRoles and dumpRoleMembership: `CREATE ROLE x;`, `ALTER ROLE x WITH …;`, `GRANT y TO x …;`.
 */
export function withoutRoles(names: readonly string[]): Transform {
  const role = `"?(?:${names.join('|')})"?(?=[ ;])`;
  const ofDrill = new RegExp(`^(?:(?:CREATE|ALTER) ROLE ${role}|GRANT .* TO ${role})`);
  let globals: Buffer | null = Buffer.alloc(0);
  const filtered = (text: string): string =>
    text
      .split('\n')
      .filter((line) => !ofDrill.test(line))
      .join('\n');
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      if (globals === null) return done(null, chunk);
      globals = Buffer.concat([globals, chunk]);
      const end = globals.indexOf(databasesFollow);
      if (end === -1) {
        return globals.length > mostGlobalsBytes
          ? done(new Error(`the roles of the cluster take more than ${mostGlobalsBytes} bytes`))
          : done();
      }
      const head = filtered(globals.subarray(0, end).toString('utf8'));
      const rest = globals.subarray(end);
      globals = null;
      this.push(head);
      done(null, rest);
    },
    flush(done) {
      done(null, globals === null ? undefined : filtered(globals.toString('utf8')));
    },
  });
}
