import { paginateDescribeDBEngineVersions, type RDSClient } from '@aws-sdk/client-rds';

/**
 * Newest available minor of a PostgreSQL major, e.g. `15.17`; null when RDS offers none here. Asked at run time because
 * minors are withdrawn (docs/facts.md#minor-versions).
 */
export async function newestEngineVersion(client: RDSClient, major: number): Promise<string | null> {
  const request = { Engine: 'postgres', DBParameterGroupFamily: `postgres${major}`, DefaultOnly: false };
  let newest: { minor: number; version: string } | null = null;
  for await (const page of paginateDescribeDBEngineVersions({ client }, request)) {
    for (const { EngineVersion = '', Status = 'available' } of page.DBEngineVersions ?? []) {
      const [, ofMajor, minor] = /^(\d+)\.(\d+)/.exec(EngineVersion) ?? [];
      if (Number(ofMajor) !== major || Status !== 'available') continue;
      if (newest === null || Number(minor) > newest.minor)
        newest = { minor: Number(minor), version: EngineVersion };
    }
  }
  return newest?.version ?? null;
}
