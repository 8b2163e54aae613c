import { allOf, atMost, between, length, matching, member, oneOf, type Rule } from './rules.ts';

const create = ['CreateDBInstance'];
const change = ['CreateDBInstance', 'ModifyDBInstance'];
const one = ['CreateDBInstance', 'ModifyDBInstance', 'DeleteDBInstance'];

/** docs/facts.md#names-of-instances */
const identifier = allOf(
  length(1, 63),
  matching(/^[a-zA-Z](?!.*--)[a-zA-Z0-9-]*(?<!-)$/, 'a DB instance identifier'),
);

/** Letters, digits, spaces and `_ . : / = + - @`: a comma is refused, though IAM allows it. */
const tagText = matching(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u, 'text that RDS takes in tags');

const storageRules: Rule = {
  commands: change,
  problems: ({ AllocatedStorage: gib, Iops, StorageThroughput, StorageType }) => {
    if (StorageType !== undefined && StorageType !== 'gp3') return [];
    const problems: string[] = [];
    if (typeof gib === 'number' && gib < 400 && (Iops !== undefined || StorageThroughput !== undefined)) {
      problems.push('Iops: cannot be given for gp3 below 400 GiB');
    }
    return problems;
  },
};

const passwordRules: Rule = {
  commands: change,
  problems: ({
    ManageMasterUserPassword: managed,
    MasterUserPassword: own,
    MasterUserSecretKmsKeyId: key,
    MasterUserAuthenticationType: login,
    EnableIAMDatabaseAuthentication: tokens,
  }) => [
    ...(login === 'iam-db-auth' && (managed === true || own !== undefined)
      ? ['MasterUserAuthenticationType: iam-db-auth cannot go with a password']
      : []),
    ...(login === 'iam-db-auth' && tokens !== true
      ? ['MasterUserAuthenticationType: iam-db-auth needs EnableIAMDatabaseAuthentication']
      : []),
    ...(managed === true && own !== undefined
      ? ['MasterUserPassword: cannot go with ManageMasterUserPassword']
      : []),
    ...(key !== undefined && managed !== true
      ? ['MasterUserSecretKmsKeyId: needs ManageMasterUserPassword']
      : []),
  ],
};

const placeRules: Rule = {
  commands: create,
  problems: ({ MultiAZ, AvailabilityZone }) =>
    MultiAZ === true && AvailabilityZone !== undefined
      ? ['AvailabilityZone: cannot be given with MultiAZ']
      : [],
};

const finalSnapshotRules: Rule = {
  commands: ['DeleteDBInstance'],
  problems: ({ SkipFinalSnapshot: skip, FinalDBSnapshotIdentifier: name }) => {
    if (skip === true && name !== undefined)
      return ['FinalDBSnapshotIdentifier: cannot go with SkipFinalSnapshot'];
    return skip !== true && name === undefined ? ['FinalDBSnapshotIdentifier: is required'] : [];
  },
};

export const rdsRules: Rule[] = [
  member(one, 'DBInstanceIdentifier', identifier),
  member(change, 'DBInstanceClass', matching(/^db\.[a-z0-9-]+\.[a-z0-9]+$/, 'an instance class')),
  member(
    create,
    'Engine',
    oneOf('postgres', 'mysql', 'mariadb', 'aurora-postgresql', 'aurora-mysql', 'sqlserver-ex'),
  ),
  member(
    change,
    'EngineVersion',
    matching(/^\d{1,2}(\.\d{1,2})?(-R\d+)?$/, 'a version of PostgreSQL on RDS'),
  ),
  member(
    create,
    'EngineLifecycleSupport',
    oneOf('open-source-rds-extended-support', 'open-source-rds-extended-support-disabled'),
  ),
  member(change, 'StorageType', oneOf('standard', 'gp2', 'gp3', 'io1', 'io2')),
  member(change, 'AllocatedStorage', between(20, 65_536)),
  member(change, 'BackupRetentionPeriod', between(0, 35)),
  member(change, 'MonitoringInterval', (value) =>
    [0, 1, 5, 10, 15, 30, 60].includes(Number(value)) ? null : `${value} is no interval of RDS`,
  ),
  member(create, 'Port', between(1150, 65_535)),
  member(create, 'DBName', matching(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/, 'a database name')),
  member(create, 'MasterUsername', matching(/^[A-Za-z][A-Za-z0-9_]{0,15}$/, 'a master user name')),
  member(create, 'MasterUsername', (value) =>
    /^(rdsadmin|rds_superuser|admin|user|public)$/i.test(String(value)) ? `"${value}" is reserved` : null,
  ),
  member(
    change,
    'MasterUserPassword',
    allOf(length(8, 128), matching(/^[\x21\x23-\x2e\x30-\x3f\x41-\x7e]+$/, 'a password RDS takes')),
  ),
  member(change, 'CACertificateIdentifier', matching(/^rds-ca-[a-z0-9-]+$/, 'a CA of RDS')),
  member(change, 'EnableCloudwatchLogsExports.[]', oneOf('postgresql', 'upgrade', 'iam-db-auth-error')),
  member(change, 'NetworkType', oneOf('IPV4', 'DUAL')),
  member('all', 'Tags', atMost(50)),
  member('all', 'Tags.[].Key', allOf(length(1, 128), tagText)),
  member('all', 'Tags.[].Key', (value) =>
    /^(aws|rds):/i.test(String(value)) ? `"${value}" begins with a reserved prefix` : null,
  ),
  member('all', 'Tags.[].Value', allOf(length(0, 256), tagText)),
  member('all', 'MaxRecords', between(20, 1000)),
  member(['DescribeDBInstances'], 'MaxRecords', between(20, 100)),
  member(
    ['AddTagsToResource', 'RemoveTagsFromResource', 'ListTagsForResource'],
    'ResourceName',
    matching(/^arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:[a-z-]+:.+$/, 'an ARN of RDS'),
  ),
  storageRules,
  passwordRules,
  placeRules,
  finalSnapshotRules,
];
