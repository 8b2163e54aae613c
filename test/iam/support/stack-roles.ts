import { stringify } from 'yaml';
import { parseConfig } from '../../../lib/domain/config/index.ts';
import { drillsYaml } from '../../emulator/support/databases.ts';
import { synthesize } from '../../infra/support/synth.ts';
import type { Named } from './required-permissions.ts';
import { account, region, type Template, TemplateResolver } from './resolve-template.ts';
import { type Role, rolesOf } from './role-policies.ts';
import { stack } from './unrecorded-calls.ts';

export interface StackRoles {
  /** Door or `task` → its role. */
  byDoor: ReadonlyMap<string, Role>;
  all: readonly Role[];
  named: Named;
  /** ARN of the key that seals are signed with; empty: there is none. */
  signingKey: string;
  /** Policy of the stack's own key. */
  keyPolicy: unknown;
  /** Names that recorded calls leave open. */
  fill(text: string): string;
}

const known = new Map<string, StackRoles>();

/**
 * The roles of a stack, from its template; read only, because whoever asks for the same stack gets the same ones.
 * @param drills its drills.yaml; by default of the very stack whose doors were recorded
 */
export function stackRoles(drills: object = drillsYaml(stack)): StackRoles {
  const text = stringify(drills);
  const roles = known.get(text) ?? rolesOfStack(text);
  known.set(text, roles);
  return roles;
}

function rolesOfStack(drills: string): StackRoles {
  const parsed = parseConfig(drills);
  if (!('config' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  // With a key of the customer, so that its policy and the rights on it are evaluated too.
  const aws = { ...parsed.config.aws!, customerKey: true };
  const template = synthesize({ ...parsed.config, aws }).json as unknown as Template;
  const resolver = new TemplateResolver(template);
  const all = rolesOf(template);
  const byDoor = new Map<string, Role>();
  for (const role of all) {
    const description = String(template.Resources[role.logicalId]?.Properties?.Description ?? '');
    const door = /^lambdas\/(.+)\.ts$/.exec(description)?.[1];
    if (door !== undefined) byDoor.set(door, role);
    if (description === 'containers/restore') byDoor.set('task', role);
  }
  const output = (name: string): string => String(resolver.resolve(template.Outputs?.[name]?.Value));
  const names: Record<string, string> = {
    '<LedgerTable>': output('LedgerTable'),
    '<EvidenceBucket>': output('EvidenceBucket'),
  };
  const keyFor = (usage: string | undefined): string =>
    Object.keys(template.Resources).find(
      (id) =>
        template.Resources[id]?.Type === 'AWS::KMS::Key' &&
        template.Resources[id]?.Properties?.KeyUsage === usage,
    ) ?? '';
  const key = keyFor(undefined);
  return {
    byDoor,
    all,
    signingKey: keyFor('SIGN_VERIFY') === '' ? '' : resolver.arnOf(keyFor('SIGN_VERIFY')),
    keyPolicy: resolver.resolve(template.Resources[key]?.Properties?.KeyPolicy),
    named: {
      bucketKeys: {
        [output('EvidenceBucket')]: resolver.arnOf(key),
        'acme-backups': `arn:aws:kms:${region}:${account}:key/of-the-user`,
      },
      topicKey: resolver.arnOf(key),
      hookRoles: all.flatMap(({ logicalId, arn }) => (logicalId.startsWith('Hooks') ? [arn] : [])),
      taskRoles: all.flatMap(({ logicalId, arn }) =>
        /^Restore(Task|Execution)Role/.test(logicalId) ? [arn] : [],
      ),
      volumeRole: all.find(({ logicalId }) => logicalId.startsWith('RestoreVolumeRole'))?.arn ?? '',
      instanceTags: {
        'restore-drill-example-0123456789': {
          'restore-drill:stack': stack,
          'restore-drill:drill': 'example',
          'restore-drill:lease': '2026-01-01T00:00:00.000Z',
        },
      },
    },
    fill: (text) => Object.entries(names).reduce((filled, [from, to]) => filled.replaceAll(from, to), text),
  };
}
