import { source } from '../support/databases.ts';

/** Databases that share one schedule. */
export const scheduledDatabases = Array.from(
  { length: 30 },
  (_, index) => `tenant-${String(index + 1).padStart(2, '0')}`,
);

/** Their drills.yaml: how many drills may run at once, and everything else that can be left out, is the default. */
export const oneMomentYaml = (stackName: string): object => ({
  aws: { stackName, alarmEmail: 'on-call@example.com' },
  databases: Object.fromEntries(
    scheduledDatabases.map((database) => [
      database,
      {
        source: source(database),
        objectives: { rto: '1h', rpo: '26h' },
        schedule: { cron: '0 3 * * ? *', timezone: 'Europe/London' },
        checks: [{ tables: ['shop.customers'] }, { rows: { table: 'shop.customers', min: 200 } }],
      },
    ]),
  ),
});
