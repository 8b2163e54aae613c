import { describe, expect, test } from 'vitest';
import { howToGet, knownExtension } from '../../../lib/domain/extensions/known-extensions.ts';

describe('how to get an extension names', () => {
  test.each([
    ['hstore', 'postgresql-15 '],
    ['plperl', 'postgresql-plperl-15 '],
    ['postgis', 'postgresql-15-postgis-3 '],
    ['pg_cron', 'postgresql-15-cron '],
    ['vector', 'postgresql-15-pgvector '],
    ['pgagent', 'pgagent '],
    ['pointcloud_postgis', 'postgresql-15-pointcloud '],
    ['file_fdw', 'postgresql-15 '],
  ])('the Debian package of %s', (name, wanted) => {
    expect(`${howToGet(name, 15)} `).toContain(`install ${wanted}`);
  });

  test('the drill on RDS for one that only RDS has', () => {
    expect(howToGet('aws_s3', 16)).toMatch(/^RDS for PostgreSQL offers it; .* Drill on RDS\.$/);
  });

  test('its maker for one that neither has', () => {
    expect(howToGet('timescaledb', 16)).toMatch(/not known to offer it .* from its maker on the machine/);
  });

  test('the extension and the major of one that nobody knows', () => {
    expect(howToGet('acme', 17)).toContain('"acme" for PostgreSQL 17');
  });
});

describe('what is known of an extension', () => {
  test.each([
    ['vector', ['vector', 'halfvec', 'sparsevec', 'hnsw', 'ivfflat', 'vector_l2_ops', 'cosine_distance']],
    ['postgis', ['geometry', 'geography', 'st_area', 'gist_geometry_ops_2d', 'box2d']],
    ['citext', ['citext', 'citext_ops']],
    ['h3', ['h3index', 'h3_lat_lng_to_cell']],
  ])('tells the things of %s by their names', (name, own) => {
    const names = knownExtension(name)?.names;
    expect(own.filter((each) => names?.test(each) !== true)).toEqual([]);
  });

  test.each(['vector', 'postgis', 'citext', 'h3', 'semver', 'hll', 'isn'])(
    '%s takes no table of an application for its own',
    (name) => {
      const names = knownExtension(name)?.names;
      expect(['orders', 'status', 'mood', 'account_kind'].filter((each) => names?.test(each))).toEqual([]);
    },
  );

  test('is nothing for a name that every object has', () => {
    expect(knownExtension('constructor')).toBeNull();
  });
});
