/** Something that the dump says, at its top level, that it makes or changes on the server. */
export type Announcement =
  | { kind: 'role'; name: string }
  | { kind: 'foreign server'; name: string }
  /** A role's membership in another. */
  | { kind: 'membership'; granted: string; member: string }
  /** Rights on a database, granted or revoked. */
  | { kind: 'database rights'; database: string }
  /** A setting that sessions start with, kept with a database, a role, or a role within a database. */
  | { kind: 'setting'; database: string | null; role: string | null; name: string };

/**
 * What the dump and the restore itself make and change beside the content of the dump's databases: whatever else is found on
 * the server afterwards was done by code inside the dump.
 */
export class AnnouncedChanges {
  readonly #known = new Set<string>();

  add(announcement: Announcement): void {
    this.#known.add(keyOf(announcement));
  }

  has(change: Announcement): boolean {
    return this.#known.has(keyOf(change));
  }
}

/** Names of settings are the same in any case; the order of the fields is the type's. */
function keyOf(change: Announcement): string {
  switch (change.kind) {
    case 'membership':
      return JSON.stringify([change.kind, change.granted, change.member]);
    case 'setting':
      return JSON.stringify([change.kind, change.database, change.role, change.name.toLowerCase()]);
    case 'database rights':
      return JSON.stringify([change.kind, change.database]);
    default:
      return JSON.stringify([change.kind, change.name]);
  }
}
