/** Native readers of PostgreSQL archives; see docs/archive-format.md. */
export { readCustomArchive } from './custom-archive.ts';
export { readDirectoryArchive } from './directory-archive.ts';
export { readTarArchive, readTarredDirectory } from './tar-archive.ts';
