import { describe, expect, it } from 'vitest';
import {
  type DatabaseConfig,
  type DrillConfig,
  formatProblem,
  noKeys,
  parseConfig,
} from '../../../lib/domain/config/index.ts';

function good(text: string): DrillConfig {
  const parsed = parseConfig(text);
  if ('problems' in parsed) throw new Error(lines(text).join('\n'));
  return parsed.config;
}

function lines(text: string): string[] {
  const parsed = parseConfig(text);
  return 'problems' in parsed ? parsed.problems.map((problem) => formatProblem('drills.yaml', problem)) : [];
}

function database(settings: string): DatabaseConfig {
  const indented = settings.replace(/^/gm, '    ');
  const { shop } = good(`databases:\n  shop:\n    source: { bucket: acme-backups }\n${indented}\n`).databases;
  if (shop === undefined) throw new Error('no such database');
  return shop;
}

const withCommands = (commands: string, sandbox = '{ majorVersion: 17 }'): string =>
  `databases: { a: { source: { folder: ., physical: { commands: ${commands} } }, sandbox: ${sandbox} } }`;

describe('names of checks', () => {
  const checks = (...names: string[]) =>
    `databases:\n  shop:\n    source: { folder: . }\n    checks:\n${names.map((name) => `      - sql: { name: ${name}, query: select 1, expect: 1 }\n`).join('')}`;

  it('are refused where two are alike', () => {
    expect(lines(checks('a', 'b', 'a'))).toEqual([
      'drills.yaml:7:22 databases.shop.checks[2].sql.name: "a" is the name of checks[0] too – give each its own name',
    ]);
  });

  it('may be alike where the checks ask different databases of a cluster', () => {
    expect(lines(checks('a', 'a').replace('- sql', '- database: other\n        sql'))).toEqual([]);
  });
});

describe('commands that bring backups', () => {
  it.each([
    ['{ fetch: "get {directory}", restore: "get {file} {path}" }', '{}', 'sandbox.majorVersion'],
    ['{ fetch: "get", restore: "get {file} {path}" }', undefined, '{directory} is missing'],
    ['{ fetch: "get {directory}", restore: "get {file}" }', undefined, '{path} is missing'],
    ['{ fetch: "get {directroy} {directory}", restore: "get {file} {path}" }', undefined, 'no placeholder'],
    [`{ fetch: "get '{directory}", restore: "get {file} {path}" }`, undefined, 'not closed'],
    [
      '{ fetch: "get {directory}", restore: "get {file} {path}", list: ls }',
      undefined,
      '{backup} is missing',
    ],
    ['{ fetch: "{directory}", restore: "get {file} {path}" }', undefined, 'begins with no program'],
    [
      '{ fetch: [get, "{directory}"], restore: "get {file} {path}", environment: { A: {} } }',
      undefined,
      'environment.A',
    ],
    ['{ fetch: "get {directory}", restore: "get {file} {path}", reads: [etc] }', undefined, 'absolute path'],
  ])('are refused as %s', (commands, sandbox, message) => {
    const parsed = parseConfig(withCommands(commands, sandbox));
    expect(
      'problems' in parsed ? parsed.problems.map((each) => formatProblem('f', each)).join() : '',
    ).toContain(message);
  });

  it('are words, whether they are written as a text or as a list', () => {
    const parsed = parseConfig(
      withCommands(
        `{ fetch: [get, "{directory}", "a b"], restore: "get 'a b' {file} {path}", environment: { A: x, B: { env: B } } }`,
      ),
    );
    const { physical } =
      'config' in parsed ? (parsed.config.databases.a?.source ?? { physical: null }) : { physical: null };
    expect(physical?.commands).toMatchObject({
      fetch: ['get', '{directory}', 'a b'],
      restore: ['get', 'a b', '{file}', '{path}'],
      environment: { A: { value: 'x' }, B: { variable: 'B', file: null } },
      list: null,
      ...{ fetchTimeoutSeconds: 4 * 3600, fileTimeoutSeconds: 300 },
    });
  });

  it('have the time that is written beside them', () => {
    const parsed = parseConfig(
      withCommands(
        '{ fetch: "get {directory}", restore: "get {file} {path}", timeout: 2s, fileTimeout: 3s }',
      ),
    );
    const source = 'config' in parsed ? parsed.config.databases.a?.source : undefined;
    expect(source?.physical?.commands).toMatchObject({ fetchTimeoutSeconds: 2, fileTimeoutSeconds: 3 });
  });
});

describe('drills.yaml', () => {
  it('reads the sketch of the design', () => {
    const { databases } = good(`
databases:
  cleaning:
    source: { bucket: acme-backups, prefix: postgres/, pattern: "cleaning_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz" }
    companions: [ { pattern: "uploads_{timestamp}.tar.gz", archive: tar.gz }, { key: LAST_SUCCESS.txt, maxAge: 26h } ]
    objectives: { rto: 4h, rpo: 24h }
    schedule: { cron: "0 3 1 * ? *", timezone: Europe/London }
    checks:
      - tables: [bookings, leads, clients, invoices]
      - freshness: { query: "select max(created_at) from bookings", maxAge: 24h }
      - rows: { table: bookings, min: 1000, maxDrop: 5% }
      - unique: { table: users, on: "lower(email)" }
      - sql: { name: one granting subscription, query: "select count(*) from t", expect: 0 }
`);

    expect(databases.cleaning).toMatchObject({
      source: {
        kind: 's3',
        bucket: 'acme-backups',
        prefix: 'postgres/',
        pattern: 'cleaning_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz',
        timezone: 'UTC',
        minBytes: 0,
      },
      companions: [
        { pattern: 'uploads_{timestamp}.tar.gz', key: null, maxAgeSeconds: null, archive: 'tar.gz' },
        { pattern: null, key: 'LAST_SUCCESS.txt', maxAgeSeconds: 93_600, archive: null },
      ],
      objectives: { rtoSeconds: 14_400, rpoSeconds: 86_400 },
      schedules: [{ cron: '0 3 1 * ? *', timezone: 'Europe/London', graceSeconds: 86_400 }],
    });
    expect(databases.cleaning?.checks.map(({ kind }) => kind)).toEqual([
      'tables',
      'freshness',
      'rows',
      'unique',
      'sql',
    ]);
  });

  it('fills in every default', () => {
    expect(database('')).toEqual({
      source: {
        kind: 's3',
        bucket: 'acme-backups',
        prefix: '',
        region: null,
        endpointUrl: null,
        pathStyle: false,
        credentialsSecret: null,
        expectedBucketOwner: null,
        pattern: null,
        timezone: 'UTC',
        minBytes: 0,
        maxAgeSeconds: null,
        intervalSeconds: null,
        decrypt: noKeys,
        member: null,
        physical: null,
      },
      companions: [],
      objectives: { rtoSeconds: null, rpoSeconds: null },
      schedules: [],
      production: {
        instanceClass: null,
        storageBytes: null,
        multiAz: true,
        backupRetentionDays: 7,
        parameterGroup: null,
        securityGroups: [],
        subnetGroup: null,
        kmsKeyId: null,
        extendedSupport: false,
        rehearsal: 'warning',
        approval: 'required',
        approvalTimeoutSeconds: 43_200,
      },
      notify: { slack: null, webhook: null, healthcheck: null, prometheus: null },
      hooks: { migrate: null, smokeTest: null },
      restore: {
        connections: null,
        createMissingRoles: true,
        allowCreate: false,
        keepOrder: [],
        timeoutSeconds: 21_600,
        entryTimeoutSeconds: null,
        maxStatementBytes: 33_554_432,
        maxRatio: 10_000,
      },
      sandbox: {
        kind: null,
        majorVersion: null,
        storageBytes: null,
        leaseSeconds: 43_200,
        instanceClass: null,
        maxCostUsd: null,
        extendedSupport: false,
        readFirst: null,
      },
      walkBack: { maxDumps: 3 },
      roles: { passwords: [], checkLogin: true },
      drift: { mode: 'warn', maxDropShare: 0.5, tables: {} },
      checks: [],
      statementTimeoutSeconds: 300,
      sequences: 'warning',
    });
  });

  it('reports ten mistakes at once, in order, each with its line', () => {
    const text = `databases:
  cleaning:
    source: { bucket: s3://acme, prefx: postgres/, pattern: "x_{time}.sql" }
    objectives: { rto: 4x, rpo: 24 }
    schedule: { cron: "0 3 1 * *", timezone: Europe/Londn }
    restore: { conections: 2, connections: 0 }
    chekcs: []
    checks:
      - rows: { table: bookings, min: -1 }
`;

    expect(lines(text)).toMatchInlineSnapshot(`
      [
        "drills.yaml:3:23 databases.cleaning.source.bucket: "s3://acme" is not a bucket name – give the name alone, without s3:// and without a prefix",
        "drills.yaml:3:34 databases.cleaning.source.prefx: unknown key "prefx" – did you mean prefix?",
        "drills.yaml:3:61 databases.cleaning.source.pattern: "{time}" in the pattern "x_{time}.sql" is not known – write {timestamp}, or {timestamp:FORMAT} with a format such as YYYYMMDDTHHmmssZ",
        "drills.yaml:4:24 databases.cleaning.objectives.rto: "4x" is not a duration – write e.g. 90m, 4h, 1d, 1h30m",
        "drills.yaml:4:33 databases.cleaning.objectives.rpo: 24 is not a duration – write e.g. 90m, 4h, 1d, 1h30m",
        "drills.yaml:5:23 databases.cleaning.schedule.cron: "0 3 1 * *": EventBridge takes six fields, this has five – write "0 3 1 * ? *"",
        "drills.yaml:5:46 databases.cleaning.schedule.timezone: "Europe/Londn" is not an IANA timezone – write e.g. Europe/London, America/New_York or UTC",
        "drills.yaml:6:16 databases.cleaning.restore.conections: unknown key "conections" – did you mean connections?",
        "drills.yaml:6:44 databases.cleaning.restore.connections: 0 is less than 1",
        "drills.yaml:7:5 databases.cleaning.chekcs: unknown key "chekcs" – did you mean checks?",
        "drills.yaml:9:39 databases.cleaning.checks[0].rows.min: a number of rows is not negative",
      ]
    `);
    expect(lines(text).length).toBeGreaterThanOrEqual(10);
  });

  it.each([
    ['restore: { allowCreate: true }', 'databases'],
    ['', 'the file holds no mapping'],
    ['[]', 'the file holds no mapping'],
    ['databases: {}', 'names no database'],
    ['databases:', 'names no database'],
    ['databases: { shop: }', 'databases.shop: is empty where a mapping must stand'],
    ['databases: { shop: 5 }', 'databases.shop: 5 is not a mapping'],
    ['databases: { shop: {} }', 'databases.shop.source: source is missing'],
    ['databases: { shop: { source: { prefix: x } } }', 'databases.shop.source.bucket: bucket is missing'],
    ['databases: { shop: { source: { pattern: x } } }', 'databases.shop.source'],
    ['databases: { shop: { source: 7 } }', 'databases.shop.source: 7 is not a mapping'],
    ['databases: { "1shop": { source: { folder: . } } }', '"1shop" is not a name for a database'],
    ['databases: { __proto__: { source: { folder: . } } }', '"__proto__" is not a name for a database'],
    [
      'databases: { shop: { source: { folder: . } }, Shop: { source: { folder: . } } }',
      '"Shop" and "shop" differ only in case',
    ],
    ['databases: { shop: { source: { folder: . } }\n', 'this is not YAML'],
    ['databases: { shop: { source: *nowhere } }', 'drills.yaml:1:30 the anchor of *nowhere does not stand'],
    ['- a\n- b', 'the file holds no mapping'],
  ])('refuses %j', (text, reason) => {
    expect(lines(text).join('\n')).toContain(reason);
  });

  it('refuses two databases with one name', () => {
    const text = `databases:
  shop:
    source: { folder: a }
  shop:
    source: { folder: b }
`;

    expect(lines(text)).toEqual([
      'drills.yaml:4:3 "shop" stands here a second time – give each its own name, or merge them',
    ]);
  });

  it('suggests the nearest key', () => {
    const text = 'databases: { shop: { source: { folder: ., max_age: 26h, minbytes: 1 } } }';

    expect(lines(text)).toEqual([
      'drills.yaml:1:43 databases.shop.source.max_age: unknown key "max_age" – did you mean maxAge?',
      'drills.yaml:1:57 databases.shop.source.minbytes: unknown key "minbytes" – did you mean minBytes?',
    ]);
  });

  it('lists the known keys when none is near', () => {
    expect(lines('databases: { shop: { source: { folder: . } } }\naws: { colour: red }')).toEqual([
      'drills.yaml:2:8 aws.colour: unknown key "colour" – known keys are accounts, regions, alarmEmail, monthlyBudgetUsd, maxConcurrentDrills, stackName, network, availabilityZones, tags, kept, approvers, approvalLinks, databaseMetrics, dashboard, objectLock, signing, securityHub, backupValidation, site, customerKey',
    ]);
  });

  it('asks for quotes where YAML reads a number', () => {
    expect(
      lines('databases: { shop: { source: { bucket: acme, expectedBucketOwner: 123456789012 } } }'),
    ).toEqual([
      'drills.yaml:1:67 databases.shop.source.expectedBucketOwner: 123456789012 is not a text – put it in quotes',
    ]);
  });

  it('does not repeat credentials that were pasted into an endpoint', () => {
    const report = lines(
      'databases: { shop: { source: { bucket: acme, endpointUrl: "https://key:hunter2@host" } } }',
    ).join('\n');

    expect(report).toContain('the endpoint carries credentials');
    expect(report).not.toContain('hunter2');
  });

  it('refuses a lease that ends before the restore may', () => {
    expect(
      lines(
        'databases: { shop: { source: { folder: . }, sandbox: { lease: 1h }, restore: { timeout: 2h } } }',
      ),
    ).toEqual([
      'drills.yaml:1:63 databases.shop.sandbox.lease: the lease is not longer than the timeout of the restore, so the sandbox would vanish under it – raise sandbox.lease or lower restore.timeout',
    ]);
  });

  it('refuses a companion with both a pattern and a key', () => {
    expect(
      lines('databases: { shop: { source: { folder: . }, companions: [{ key: a, pattern: b }] } }').join(),
    ).toContain('companions[0]: a companion has either a pattern or a key');
  });

  it('allows anchors, merge keys and x- keys', () => {
    const { databases } = good(`
x-goals: &goals { rto: 4h }
databases:
  a: { source: { folder: a }, objectives: *goals }
  b: { source: { folder: b }, objectives: { <<: *goals, rpo: 1d } }
`);

    expect(databases.a?.objectives).toEqual({ rtoSeconds: 14_400, rpoSeconds: null });
    expect(databases.b?.objectives).toEqual({ rtoSeconds: 14_400, rpoSeconds: 86_400 });
  });

  it('places a mistake behind an anchor where it is written', () => {
    expect(
      lines(
        'x-goals: &goals { rto: soon }\ndatabases:\n  a: { source: { folder: a }, objectives: *goals }\n',
      ),
    ).toEqual([
      'drills.yaml:1:24 databases.a.objectives.rto: "soon" is not a duration – write e.g. 90m, 4h, 1d, 1h30m',
    ]);
  });

  it('survives a bomb of aliases', () => {
    const bomb = ['x-a: &a [1]'];
    for (let level = 1; level < 12; level += 1) {
      const before = String.fromCharCode(96 + level);
      const name = String.fromCharCode(97 + level);
      bomb.push(`x-${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`);
    }

    expect(lines(`${bomb.join('\n')}\ndatabases: {}`).join()).toContain('the file cannot be read');
  });
});

describe('defaults of drills.yaml', () => {
  it('reach every database that does not say otherwise', () => {
    const { databases } = good(`
defaults:
  source: { bucket: acme-backups, region: eu-west-1 }
  objectives: { rto: 4h, rpo: 24h }
  walkBack: { maxDumps: 5 }
databases:
  a: { source: { prefix: a } }
  b: { source: { bucket: other, prefix: b }, objectives: { rto: 1h } }
`);

    expect(databases.a?.source).toMatchObject({ bucket: 'acme-backups', region: 'eu-west-1', prefix: 'a/' });
    expect(databases.a?.objectives).toEqual({ rtoSeconds: 14_400, rpoSeconds: 86_400 });
    expect(databases.b?.source).toMatchObject({ bucket: 'other', region: 'eu-west-1' });
    expect(databases.b?.objectives).toEqual({ rtoSeconds: 3600, rpoSeconds: 86_400 });
    expect(databases.b?.walkBack).toEqual({ maxDumps: 5 });
  });

  it('of a bucket do not reach a folder', () => {
    const { databases } = good(`
defaults: { source: { bucket: acme-backups, region: eu-west-1 } }
databases: { a: { source: { folder: ./dumps } } }
`);

    expect(databases.a?.source).toMatchObject({ kind: 'folder', folder: './dumps' });
  });

  it('with a timezone but no cron do not schedule a database', () => {
    const { databases } = good(`
defaults: { schedule: { timezone: Europe/London } }
databases:
  a: { source: { folder: a } }
  b: { source: { folder: b }, schedule: { cron: "0 3 1 * ? *" } }
`);

    expect(databases.a?.schedules).toEqual([]);
    expect(databases.b?.schedules).toMatchObject([{ timezone: 'Europe/London' }]);
  });

  it('reach every schedule of a list, and words stand for the usual crons', () => {
    const { databases } = good(`
defaults: { schedule: { timezone: Europe/London } }
databases:
  a: { source: { folder: a }, schedule: [{ cron: daily, sandbox: task }, { cron: monthly, timezone: UTC, sandbox: rds }] }
`);

    expect(databases.a?.schedules).toMatchObject([
      { cron: '0 3 * * ? *', timezone: 'Europe/London', sandbox: 'task' },
      { cron: '0 3 1 * ? *', timezone: 'UTC', sandbox: 'rds' },
    ]);
  });

  it('report their mistakes once, at their own place', () => {
    expect(
      lines(
        'defaults:\n  objectives: { rto: soon }\ndatabases:\n  a: { source: { folder: a } }\n  b: { source: { folder: b } }\n',
      ),
    ).toEqual([
      'drills.yaml:2:22 defaults.objectives.rto: "soon" is not a duration – write e.g. 90m, 4h, 1d, 1h30m',
    ]);
  });
});

describe('aws.tags', () => {
  const tagged = (tags: string) =>
    `databases: { shop: { source: { bucket: acme } } }\naws: { tags: { ${tags} } }`;

  it('take what every service takes', () => {
    expect(good(tagged('CostCenter: "4711", "team/owner": "data platform"')).aws?.tags).toEqual({
      CostCenter: '4711',
      'team/owner': 'data platform',
    });
    expect(good('databases: { shop: { source: { bucket: acme } } }\naws: {}').aws?.tags).toEqual({});
  });

  it.each([
    ['"aws:createdBy": me', 'the key of a tag'],
    ['"restore-drill:lease": never', 'the key of a tag'],
    ['Owner: "a, b"', 'the value of a tag'],
  ])('refuse %s', (tags, what) => {
    expect(lines(tagged(tags)).join()).toContain(what);
  });
});
