import { describe, expect, it } from 'vitest';
import { parseS3Url, s3Url } from '../../../../lib/adapters/dump-stores/s3/s3-location.ts';

describe('an S3 address', () => {
  it.each([
    ['s3://acme-backups/postgres/x y.dump', { bucket: 'acme-backups', key: 'postgres/x y.dump' }],
    ['s3://Acme_backups/x', { bucket: 'Acme_backups', key: 'x' }],
    ['s3://acme-backups/two\nlines', { bucket: 'acme-backups', key: 'two\nlines' }],
    ['s3://acme-backups//odd', { bucket: 'acme-backups', key: '/odd' }],
  ])('%s is read', (text, location) => {
    expect(parseS3Url(text)).toEqual(location);
  });

  it.each([
    './x.dump',
    's3://',
    's3://acme',
    's3://acme/',
    'https://acme.s3.amazonaws.com/x',
    's3:/acme/x',
    ' s3://acme/x',
  ])('"%s" is none', (text) => {
    expect(parseS3Url(text)).toBeNull();
  });

  it('is written as it is read', () => {
    expect(s3Url({ bucket: 'acme-backups', key: 'a/b' })).toBe('s3://acme-backups/a/b');
  });
});
