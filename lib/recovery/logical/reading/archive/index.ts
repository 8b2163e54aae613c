/** Native readers of PostgreSQL archives; see docs/archive-format.md. */
export { readCustomArchive } from './custom-archive.ts';
export { readDirectoryArchive } from './directory-archive.ts';
export type { Seeking } from './largest-first.ts';
export { readTarArchive, readTarredDirectory } from './tar-archive.ts';
