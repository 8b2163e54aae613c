import { describe, expect, test } from 'vitest';
import { evidenceOf } from '../../lib/contract/evidence.ts';
import { DrillError } from '../../lib/domain/findings/errors.ts';
import type { DrillPorts } from '../../lib/ports/drill-ports.ts';
import { prepareRestoreStep } from '../../lib/steps/prepare-restore.ts';
import { restoreDumpStep } from '../../lib/steps/restore-dump.ts';
import { aDrillState } from '../support/drill-states.ts';
import { anAccount } from '../support/in-memory-ports.ts';
import { inMemoryRestore, rdsAddress } from '../support/in-memory-restore.ts';

const withRoles = (ports: DrillPorts, ...roles: string[]): void => {
  const database = ports.configuration.database;
  ports.configuration.database = (name) => ({
    ...database(name),
    roles: {
      passwords: roles.map((role) => ({ role, ssmParameter: `/shop/${role}` })),
      checkLogin: true,
    },
  });
};

async function restore(ports: DrillPorts, attempt = 1) {
  const sandbox = { sandboxId: 's', askedAt: '2026-11-20T03:00:00.000Z', address: rdsAddress('s') };
  await prepareRestoreStep(aDrillState({ drillId: 'd', stage: 'sandbox ready', attempt, sandbox }), ports);
  return restoreDumpStep({ drillId: 'd', attempt }, ports);
}

describe('restoring', () => {
  test('empties the sandbox first, but only after another attempt', async () => {
    const { ports } = inMemoryRestore();
    let emptied = 0;
    ports.cleaner.empty = async () => {
      emptied += 1;
    };

    await restore(ports);
    expect(emptied).toBe(0);
    await restore(ports, 2);
    expect(emptied).toBe(1);
  });

  test('sets role passwords before the sandbox is opened to the checks', async () => {
    const { ports } = inMemoryRestore();
    withRoles(ports, 'app', 'report');
    const did: string[] = [];
    ports.rolePasswords!.setter.set = async (_address, passwords) => {
      did.push(...passwords.map(({ role, password }) => `${role}: ${password}`));
      return [];
    };
    ports.checks.prepare = async () => {
      did.push('prepared');
      return [{ database: 'restored', forcedTables: [] }];
    };

    const { findings } = await restore(ports);

    expect(findings).toEqual([]);
    expect(did).toEqual(['app: value of /shop/app', 'report: value of /shop/report', 'prepared']);
    expect(await ports.evidence.read(evidenceOf.prepared(1), 'd')).toEqual([
      { database: 'restored', forcedTables: [] },
    ]);
  });

  test('names each password that could not be read or set, and sets the others', async () => {
    const { ports } = inMemoryRestore();
    withRoles(ports, 'app', 'gone', 'unreadable');
    ports.rolePasswords!.secrets.parameter = async (name) => {
      if (name === '/shop/unreadable')
        throw new DrillError('SECRET_UNREADABLE', `${name} may not be read`, { hint: 'allow it' });
      return 'value';
    };
    ports.rolePasswords!.setter.set = async (_address, passwords) =>
      passwords.filter(({ role }) => role === 'gone').map(({ role }) => ({ role, sqlState: '42704' }));

    const { findings } = await restore(ports);

    expect(findings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'SECRET_UNREADABLE: password of role unreadable: /shop/unreadable may not be read',
      'ROLE_PASSWORD_NOT_SET: the password of role gone was not set (SQLSTATE 42704)',
    ]);
  });

  test('of a dump that broke off sets nothing and opens nothing', async () => {
    const { ports } = inMemoryRestore();
    withRoles(ports, 'app');
    const touched = async (): Promise<never> => Promise.reject(new Error('touched'));
    ports.recoverers.logical.restore = async () => anAccount({ complete: false });
    ports.rolePasswords!.setter.set = touched;
    ports.checks.prepare = touched;

    expect((await restore(ports)).complete).toBe(false);
  });
});
