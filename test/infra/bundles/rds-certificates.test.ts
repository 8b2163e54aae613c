import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rdsCertificates } from '../../../lib/infra/bundles/rds-certificates.ts';

const fileWith = (text: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'restore-drill-certificates-')), 'bundle.pem');
  writeFileSync(path, text);
  return path;
};

describe('the certificates that sandboxes must come from', () => {
  test('are those of the commercial regions, and those regions are known', () => {
    const { pem, regions } = rdsCertificates();
    expect(pem.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(100);
    expect(regions).toContain('eu-west-1');
    expect(regions).not.toContain('us-gov-west-1');
  });

  test('are added to for a region that is not among them, which then is for the user to know', () => {
    const [one = ''] = rdsCertificates().pem.match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
    const { pem, regions } = rdsCertificates(fileWith(`# us-gov-west-1\n${one}\n`));
    expect(regions).toBeNull();
    expect(pem).toBe(`${rdsCertificates().pem}\n${one}`);
  });

  test.each([
    ['cannot be read', '/nowhere/bundle.pem'],
    ['holds no certificate', fileWith('<html>Not found</html>')],
    [
      'holds a certificate that cannot be read',
      fileWith('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
    ],
  ])('are refused from a file that %s', (what, path) => {
    expect(() => rdsCertificates(path)).toThrow(`rdsCertificates: ${path} ${what}`);
  });
});
