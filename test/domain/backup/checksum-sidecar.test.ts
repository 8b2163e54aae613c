import { describe, expect, it } from 'vitest';
import { readChecksumFile, sidecarKeysOf } from '../../../lib/domain/backup/checksum-sidecar.ts';

const hash = 'ab'.repeat(32);
const other = 'cd'.repeat(32);
const read = (text: string) => readChecksumFile(text, 'x.dump.sha256', 'backups/x.dump');

describe('the checksum file of a dump', () => {
  it.each([
    ['of sha256sum', `${hash}  x.dump\n`],
    ['of sha256sum in binary mode', `${hash} *x.dump\n`],
    ['with the path of another place', `${hash}  ./backups/x.dump\n`],
    ['in BSD style', `SHA256 (x.dump) = ${hash}\n`],
    ['of openssl', `SHA2-256(x.dump)= ${hash}\n`],
    ['with a bare hash', `${hash}`],
    ['in capitals with CRLF', `${hash.toUpperCase()}  x.dump\r\n`],
    ['of several files', `${other}  a.dump\n${hash}  x.dump\n`],
    ['with a word beside it', `# made by cron\n\n${hash}  x.dump\n`],
  ])('%s gives the expected hash', (_, text) => {
    expect(read(text)).toEqual({ sha256: hash, finding: null });
  });

  it('under another name is compared all the same, and mentioned', () => {
    expect(read(`${hash}  y.dump\n`)).toMatchObject({
      sha256: hash,
      finding: { code: 'DUMP_HEADER_ODD', message: expect.stringContaining('names another file, y.dump') },
    });
  });

  it.each([
    ['', 'holds no SHA-256'],
    ['<html>not found</html>', 'holds no SHA-256'],
    ['d41d8cd98f00b204e9800998ecf8427e  x.dump', 'holds no SHA-256'],
    [`${hash}  a.dump\n${other}  b.dump\n`, 'lists 2 files, but not x.dump'],
    [`${hash}  x.dump\n${other}  x.dump\n`, 'holds 2 different hashes'],
  ])('%j gives none, and says why', (text, reason) => {
    expect(read(text)).toMatchObject({ sha256: null, finding: { message: expect.stringContaining(reason) } });
  });

  it('is looked for beside the dump', () => {
    expect(sidecarKeysOf('a/x.dump')).toContain('a/x.dump.sha256');
    expect(sidecarKeysOf('a/x.dir/')).toContain('a/x.dir.sha256');
  });
});
