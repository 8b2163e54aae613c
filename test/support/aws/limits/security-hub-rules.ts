import { allOf, atMost, length, matching, member, oneOf, type Rule } from './rules.ts';

const imported = ['BatchImportFindings'];
const finding = (path: string, judge: Parameters<typeof member>[2]): Rule =>
  member(imported, `Findings.[].${path}`, judge);

const moment = matching(
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/,
  'a moment of ISO 8601',
);
const visible = matching(/\S/, 'a text with something in it');
const namespaces = [
  'Software and Configuration Checks',
  'TTPs',
  'Effects',
  'Unusual Behaviors',
  'Sensitive Data Identifications',
];

/** Up to 50 pairs, keys of 128 characters, values of 2,048. */
const productFields: Rule = {
  commands: imported,
  problems: ({ Findings }) =>
    ((Findings ?? []) as { ProductFields?: Record<string, string> }[]).flatMap(({ ProductFields = {} }) => {
      const pairs = Object.entries(ProductFields);
      return [
        ...(pairs.length > 50 ? [`ProductFields: has ${pairs.length} pairs, more than 50`] : []),
        ...pairs
          .filter(([key, value]) => key.length > 128 || value.length > 2048 || value.trim() === '')
          .map(([key]) => `ProductFields.${key}: is empty or too long`),
      ];
    }),
};

/** An account imports what is its own: the id in the ARN of the product is that of the finding. */
const sameAccount: Rule = {
  commands: imported,
  problems: ({ Findings }) =>
    ((Findings ?? []) as { ProductArn?: string; AwsAccountId?: string }[])
      .filter(({ ProductArn = '', AwsAccountId }) => {
        const [, , , , account, product] = ProductArn.split(':');
        return account !== AwsAccountId || product !== `product/${AwsAccountId}/default`;
      })
      .map(({ ProductArn }) => `ProductArn: ${ProductArn} is of another account`),
};

/** Lengths and formats that the service model of Security Hub names in its documentation, and its enumerations. */
export const securityHubRules: Rule[] = [
  member(
    imported,
    'Findings',
    allOf(atMost(100), (all) => ((all as []).length === 0 ? 'is empty' : null)),
  ),
  finding('SchemaVersion', oneOf('2018-10-08')),
  finding('Id', allOf(visible, length(1, 512))),
  finding(
    'ProductArn',
    allOf(
      length(12, 2048),
      matching(
        /^arn:aws[a-z-]*:securityhub:[a-z0-9-]+:\d{12}:product\/\d{12}\/default$/,
        'a default product',
      ),
    ),
  ),
  finding('GeneratorId', allOf(visible, length(1, 512))),
  finding('AwsAccountId', matching(/^\d{12}$/, 'an account')),
  finding('Title', allOf(visible, length(1, 256))),
  finding('Description', allOf(visible, length(1, 1024))),
  ...['CreatedAt', 'UpdatedAt', 'LastObservedAt'].map((name) => finding(name, moment)),
  finding('Remediation.Recommendation.Text', allOf(visible, length(1, 512))),
  finding('Remediation.Recommendation.Url', matching(/^https:\/\//, 'an address')),
  finding('SourceUrl', matching(/^https:\/\//, 'an address')),
  finding('RecordState', oneOf('ACTIVE', 'ARCHIVED')),
  finding('Compliance.Status', oneOf('PASSED', 'WARNING', 'FAILED', 'NOT_AVAILABLE')),
  finding(
    'FindingProviderFields.Severity.Label',
    oneOf('INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'),
  ),
  finding('FindingProviderFields.Severity.Original', length(1, 64)),
  finding('FindingProviderFields.Types', atMost(50)),
  finding('FindingProviderFields.Types.[]', (type) =>
    namespaces.includes(String(type).split('/')[0] ?? '') ? null : `"${String(type)}" has no known namespace`,
  ),
  finding('Resources', atMost(32)),
  finding('Resources.[].Type', length(1, 256)),
  finding('Resources.[].Id', visible),
  finding('Resources.[].Region', length(1, 16)),
  finding('Resources.[].Partition', oneOf('aws', 'aws-cn', 'aws-us-gov', 'aws-us-iso', 'aws-us-iso-b')),
  productFields,
  sameAccount,
];
