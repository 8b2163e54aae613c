import type { Supplement, WireReply } from './front.ts';

/** Minor versions that RDS offered per major when this was written (docs/facts.md#minor-versions). */
const minorOf: Record<string, string> = { 14: '14.22', 15: '15.17', 16: '16.13', 17: '17.9', 18: '18.3' };

const namespace = 'xmlns="http://rds.amazonaws.com/doc/2014-10-31/"';

function reply(action: string, result: string): WireReply {
  const text = `<${action}Response ${namespace}><${action}Result>${result}</${action}Result></${action}Response>`;
  return {
    status: 200,
    headers: { 'content-type': 'text/xml', 'content-length': String(Buffer.byteLength(text)) },
    body: Buffer.from(text),
  };
}

const quota = (name: string, used: number, max: number): string =>
  `<AccountQuota><AccountQuotaName>${name}</AccountQuotaName><Used>${used}</Used><Max>${max}</Max></AccountQuota>`;

function engineVersions(input: Record<string, unknown>): string {
  const major = String(input.EngineVersion ?? '').split('.')[0] ?? '';
  const majors = Object.keys(minorOf).filter((known) => major === '' || known === major);
  const versions = majors.map(
    (known) =>
      `<DBEngineVersion><Engine>postgres</Engine><EngineVersion>${minorOf[known]}</EngineVersion><MajorEngineVersion>${known}</MajorEngineVersion><DBParameterGroupFamily>postgres${known}</DBParameterGroupFamily><Status>available</Status></DBEngineVersion>`,
  );
  return `<DBEngineVersions>${versions.join('')}</DBEngineVersions>`;
}

const zones = ['a', 'b', 'c']
  .map((letter) => `<AvailabilityZone><Name>eu-west-1${letter}</Name></AvailabilityZone>`)
  .join('');

/** Every class that is asked for is on offer; without one, those that plans begin with. */
function orderable(input: Record<string, unknown>): string {
  const asked = input.DBInstanceClass;
  const classes = asked === undefined ? ['db.t4g.medium', 'db.m7g.large', 'db.m7g.xlarge'] : [String(asked)];
  const options = classes.map(
    (name) =>
      `<OrderableDBInstanceOption><Engine>postgres</Engine><EngineVersion>${String(input.EngineVersion)}</EngineVersion><DBInstanceClass>${name}</DBInstanceClass><AvailabilityZones>${zones}</AvailabilityZones><MultiAZCapable>true</MultiAZCapable><Vpc>true</Vpc><SupportsStorageEncryption>true</SupportsStorageEncryption><StorageType>gp3</StorageType><SupportsIAMDatabaseAuthentication>true</SupportsIAMDatabaseAuthentication><MinStorageSize>20</MinStorageSize><MaxStorageSize>65536</MaxStorageSize></OrderableDBInstanceOption>`,
  );
  return `<OrderableDBInstanceOptions>${options.join('')}</OrderableDBInstanceOptions>`;
}

const majors = Object.keys(minorOf)
  .map(
    (major) =>
      `<DBMajorEngineVersion><Engine>postgres</Engine><MajorEngineVersion>${major}</MajorEngineVersion><SupportedEngineLifecycles><SupportedEngineLifecycle><LifecycleSupportName>open-source-rds-standard-support</LifecycleSupportName><LifecycleSupportStartDate>2022-01-01T00:00:00Z</LifecycleSupportStartDate><LifecycleSupportEndDate>2035-01-01T00:00:00Z</LifecycleSupportEndDate></SupportedEngineLifecycle></SupportedEngineLifecycles></DBMajorEngineVersion>`,
  )
  .join('');

/**
 * What RDS offers in a region. The emulator knows no quotas and no majors, seven fixed minors, and neither Graviton
 * classes nor gp3.
 */
export const rdsCatalogue: Record<string, Supplement> = {
  'rds:DescribeDBEngineVersions': (input) =>
    Promise.resolve(reply('DescribeDBEngineVersions', engineVersions(input))),
  'rds:DescribeOrderableDBInstanceOptions': (input) =>
    Promise.resolve(reply('DescribeOrderableDBInstanceOptions', orderable(input))),
  'rds:DescribeDBMajorEngineVersions': () =>
    Promise.resolve(
      reply('DescribeDBMajorEngineVersions', `<DBMajorEngineVersions>${majors}</DBMajorEngineVersions>`),
    ),
  // The default quotas of an account (docs/facts.md#quotas-of-rds).
  'rds:DescribeAccountAttributes': () =>
    Promise.resolve(
      reply(
        'DescribeAccountAttributes',
        `<AccountQuotas>${quota('DBInstances', 3, 40)}${quota('AllocatedStorage', 900, 100_000)}</AccountQuotas>`,
      ),
    ),
};
