import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { shopFile } from '../../e2e/support/fixtures.ts';

/** Where the backup jobs of the test write. It is no part of the stack. */
export const backupBucket = 'acme-backups';

/** Where the dumps of a database lie, as drills.yaml says it. */
export const source = (database: string) => ({
  bucket: backupBucket,
  prefix: `${database}/`,
  pattern: 'shop_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz',
});

const physicalSource = (database: string) => ({
  bucket: backupBucket,
  prefix: `${database}/`,
  pattern: 'base_{timestamp:YYYYMMDDTHHmmssZ}.tar.gz',
  physical: { wal: { prefix: 'wal/' } },
});

/** A tool of the user's, played by copying from a folder that the image has (scenarios/commanded.ts). */
export const repositoryInside = '/repository';
const commandedSource = {
  bucket: backupBucket,
  prefix: 'commanded/',
  physical: {
    commands: {
      list: ['cat', `${repositoryInside}/list`],
      fetch: ['cp', '-r', `${repositoryInside}/{backup}/.`, '{directory}'],
      restore: ['cp', `${repositoryInside}/wal/{file}`, '{path}'],
      reads: [repositoryInside],
    },
  },
};

/** A container of the user's that carries out these commands, and ends with the first that fails. */
const hook = (...commands: string[]) => ({
  image: 'registry.example.com/shop/hook:1',
  command: ['sh', '-exc', commands.join('\n')],
});

const checks = [
  { tables: ['shop.customers', 'shop.orders', 'shop.products'] },
  { rows: { table: 'shop.customers', min: 200 } },
  { unique: { table: 'shop.customers', on: 'lower(email)' } },
  {
    sql: {
      name: 'an order has a customer',
      query: 'select count(*) from shop.orders where customer_id is null',
      expect: 0,
    },
  },
];

/** One database for each scenario, so that none waits for the lock of another. */
export const databaseNames = [
  'shop',
  'broken',
  'walk-back',
  'aborted',
  'kept-by-link',
  'kept-by-cli',
  'declined',
  'stopped',
  'vanishing',
  'busy',
  'stale',
  'typed',
  'closed',
  'locked',
  'unheard',
  'witnessed',
  'scarce',
  'crowded',
  'untagged',
  'doubted',
  'updated',
  'inside',
  'inside-broken',
  'inside-aborted',
  'archived',
  'carried',
  'hooked',
  'hooked-archived',
  'hooked-aborted',
  'watched',
  'commanded',
  'commanded-by-name',
  'large',
  'large-refused',
  'large-aborted',
  'told',
  'exported',
] as const;
export type DatabaseName = (typeof databaseNames)[number];

/** Secrets that `notify` of the database `told` names. */
export const notifySecretNames = {
  slackUrl: 'restore-drill-test/slack',
  webhookUrl: '/restore-drill-test/webhook',
  signingSecret: 'restore-drill-test/signing',
  pingUrl: '/restore-drill-test/ping',
} as const;

const toldByNotify = {
  slack: { urlSecret: notifySecretNames.slackUrl },
  webhook: { urlParameter: notifySecretNames.webhookUrl, secretSecret: notifySecretNames.signingSecret },
  healthcheck: { urlParameter: notifySecretNames.pingUrl, start: true },
};

const special: Partial<Record<DatabaseName, object>> = {
  shop: {
    objectives: { rto: '1h', rpo: '26h' },
    schedule: { cron: '0 3 1 * ? *', timezone: 'Europe/London' },
  },
  inside: { sandbox: { kind: 'task', majorVersion: 17 } },
  'inside-broken': { sandbox: { kind: 'task', majorVersion: 17 } },
  'inside-aborted': { sandbox: { kind: 'task', majorVersion: 17 } },
  watched: {
    source: { ...physicalSource('watched'), physical: { wal: { prefix: 'wal/' }, maxLag: '2s' } },
    checks: [],
    schedule: [
      { cron: '0 3 * * ? *', sandbox: 'task' },
      { cron: '0 4 * * ? *', sandbox: 'rds' },
    ],
  },
  ...Object.fromEntries(
    ['commanded', 'commanded-by-name'].map((name) => [
      name,
      { source: commandedSource, checks: [], sandbox: { majorVersion: 17 } },
    ]),
  ),
  ...Object.fromEntries(
    ['large', 'large-refused', 'large-aborted'].map((name) => [
      name,
      { sandbox: { kind: 'task', majorVersion: 17, storage: '500GiB' } },
    ]),
  ),
  archived: { source: physicalSource('archived'), checks: [] },
  carried: { source: physicalSource('carried'), checks: [], sandbox: { kind: 'rds' } },
  hooked: {
    sandbox: { kind: 'task', majorVersion: 17 },
    checks: [
      ...checks,
      { sql: { name: 'migrated', query: 'select count(*) from shop.migrated', expect: 250 } },
      {
        sql: {
          name: 'not tried yet',
          query: "select count(*) from pg_class where relname = 'tried'",
          expect: 0,
        },
      },
    ],
    hooks: {
      migrate: hook(
        'psql -c "create table shop.migrated as select * from shop.customers" -c "alter table shop.customers add migrated text"',
        // The role whose only password is who holds the socket, which in the tunnel are we.
        'if psql -U drill_admin -c "select 1"; then exit 9; fi',
        // A driver that cannot read pgpass, as another user would be.
        'PGPASSFILE=/nowhere PGPASSWORD="$(cat /restore-drill/password)" psql -c "select 1"',
      ),
      smokeTest: hook(
        // The emulated account tells moments of tasks in whole seconds.
        'sleep 1.1',
        'test "$(psql -Atc "select count(*) from shop.migrated")" = 250',
        'psql -c "create table tried ()"',
      ),
    },
  },
  'hooked-archived': {
    source: physicalSource('hooked-archived'),
    checks: [
      { sql: { name: 'migrated', query: 'select count(*) from marker where note is null', expect: 3 } },
    ],
    hooks: {
      // Its owner is a role of the cluster, whose password nobody knows.
      migrate: hook('psql -c "alter table marker add note text"'),
      smokeTest: hook('exit 3'),
    },
  },
  'hooked-aborted': {
    // The request asks for the task.
    sandbox: { kind: 'rds', majorVersion: 17 },
    hooks: { migrate: hook('psql -c "select pg_sleep(600)"') },
  },
  told: { notify: toldByNotify },
  doubted: { sandbox: { readFirst: true }, walkBack: { maxDumps: 1 } },
  broken: { walkBack: { maxDumps: 1 } },
  // No second zone there: a promotion that could not come off must not look as if it had.
  'kept-by-link': { production: { multiAz: true, backupRetentionDays: 7 } },
};

/** The drills.yaml that is deployed. `updated`: what a later one says of that database beside. */
export function drillsYaml(stackName: string, updated: object = {}, aws: object = {}): object {
  const databases = Object.fromEntries(
    databaseNames.map((name) => [
      name,
      { source: source(name), checks, ...special[name], ...(name === 'updated' ? updated : {}) },
    ]),
  );
  const told = { alarmEmail: 'on-call@example.com', securityHub: true, backupValidation: true };
  return { aws: { stackName, databaseMetrics: true, ...told, ...aws }, databases };
}

/** The example dump as the backup job wrote it. */
export const wholeDump = (): Buffer => readFileSync(shopFile);

/** Its stream ends in the middle: a full disk, a killed job. */
export const cutDump = (): Buffer => wholeDump().subarray(0, Math.floor(wholeDump().length * 0.6));

/** A row whose customer is missing: whole, loadable but for its foreign key, and wrong. */
export function orphanedDump(): Buffer {
  const plain = gunzipSync(wholeDump()).toString();
  const broken = plain.replace(/^(COPY shop\.customers [^\n]*\n)[^\n]*\n/m, '$1');
  if (broken === plain) throw new Error('the example dump has no customers to take away');
  return gzipSync(broken);
}

/** What the source would have said of these tables while its dump was made: how many rows each holds. */
export function witnessOf(rows: ReadonlyMap<string, number>): Buffer {
  const source = {
    kind: 'source',
    serverVersion: '15.18',
    database: 'shop',
    moment: new Date().toISOString(),
    encoding: 'UTF8',
    complete: true,
    extensions: {},
  };
  const tables = [...rows].map(([table, count]) => ({
    ...{ kind: 'table', schema: 'shop', name: table, partitionOf: null },
    ...{ rows: count, content: null, columns: [], leftOut: [], extensions: [] },
  }));
  return Buffer.from(JSON.stringify({ witness: 1, entries: [source, ...tables] }));
}

/** Key of a dump that ended `hoursAgo`: names tell the moment, and old dumps are not eligible. */
export function dumpKey(database: string, hoursAgo = 1): string {
  const at = new Date(Date.now() - hoursAgo * 3_600_000).toISOString();
  const stamp = at.replace(/[-:]/g, '').replace(/\.\d+Z$/, 'Z');
  return `${database}/shop_${stamp}.sql.gz`;
}
