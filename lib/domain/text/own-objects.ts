/** What a drill makes of its own in a cluster of a sandbox: it is no part of what was restored. */

/** Superuser of a sandbox. It lets in nobody but the operating system user who started the drill. */
export const adminRole = 'drill_admin';
/** Schema of the functions that ask the indexes of a recovered cluster; one of this name may be somebody else's. */
export const schemaOfDrill = 'drill_amcheck';

/** Condition on alias `n` of pg_namespace: not the drill's own schema, which its superuser owns. */
export const notOfDrill = `not (n.nspname = '${schemaOfDrill}' and pg_catalog.pg_get_userbyid(n.nspowner) = '${adminRole}')`;
