/** The folder with PostgreSQL's own programs of a major that the tests need, fetched where this machine has none. */
export function postgresqlPrograms(major: 15 | 17): string;

/** Path of the command `openssl`, fetched where this machine has none. */
export function opensslProgram(): string;
