/** drills.yaml of many databases in many buckets, each with both hooks and an image of its own. */
export function manyDatabases(count: number, buckets: number): string {
  const one = (index: number) => `
  database-${index}:
    source: { bucket: acme-backups-of-department-${index % buckets}, prefix: "postgres/database-${index}/", pattern: "db_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz", maxAge: 26h }
    objectives: { rto: 4h, rpo: 24h }
    schedule: { cron: "0 3 1 * ? *" }
    hooks:
      migrate: { image: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/app-${index}:1", command: [migrate, up] }
      smokeTest: { image: "registry.example.com/app-${index}:1" }`;
  return `databases:${Array.from({ length: count }, (_, index) => one(index)).join('')}\n`;
}
