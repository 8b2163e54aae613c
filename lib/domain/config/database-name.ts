/**
 * Names of databases in drills.yaml become parts of resource names: RDS allows 63 characters, of which the prefix and
 * the drill's id take some thirty.
 */
export const databaseNameSource = '^[A-Za-z][A-Za-z0-9_-]{0,31}$';
const databaseName = new RegExp(databaseNameSource);

export function isDatabaseName(name: string): boolean {
  return databaseName.test(name);
}
