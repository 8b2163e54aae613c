/**
 * Databases that a server brings along, on a managed service (`rdsadmin`) or anywhere. None of them is the user's, so
 * what a dump holds for one of them goes beside it, and emptying a sandbox leaves them.
 */
export const serverDatabases: readonly string[] = ['postgres', 'template0', 'template1', 'rdsadmin'];
