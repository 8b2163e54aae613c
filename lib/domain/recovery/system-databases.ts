/** Databases that a server brings along, on RDS or anywhere: never a dump's own, and never taken away. */
export const systemDatabases: ReadonlySet<string> = new Set([
  'postgres',
  'template0',
  'template1',
  'rdsadmin',
]);
