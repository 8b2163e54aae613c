/** COPY of pg_dump --oids, and of its older form: a clause that PostgreSQL's grammar lost in version 12. */
export const namesOids = (copy: string): boolean =>
  /\bWITH\s+OIDS\b|\bWITH\s*\(\s*OIDS\b/i.test(copy.replaceAll(/"(?:[^"]|"")*"/g, '""'));
