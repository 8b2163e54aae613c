import type { CheckContext, ConfiguredCheck } from '../../../lib/domain/checks/asking/check.ts';
import { checkConfigSchema } from '../../../lib/domain/checks/check-config.ts';
import type {
  AnnouncedObject,
  EntryAccount,
  RestoreAccount,
  TableAccount,
} from '../../../lib/domain/recovery/restore-account.ts';

export function anAccount(overrides: Partial<RestoreAccount> = {}): RestoreAccount {
  return {
    engine: 'native',
    complete: true,
    sha256: null,
    bytesRead: 1,
    databases: [{ dumpName: null, name: 'shop' }],
    rolesCreated: [],
    entries: [],
    restoredBeside: 0,
    tables: [],
    announced: [],
    phases: [],
    findings: [],
    ...overrides,
  };
}

export function aContext(overrides: Partial<CheckContext> = {}): CheckContext {
  return {
    account: anAccount(),
    configured: [],
    lastProvenRows: null,
    dumpMoment: '2026-11-18T02:00:00Z',
    defaultDatabase: 'shop',
    statementTimeoutSeconds: 20,
    ...overrides,
  };
}

/** An object of public in the database shop, e.g. `announced('INDEX', 'orders_pkey')`. */
export function announced(
  type: string,
  name: string,
  overrides: Partial<AnnouncedObject> = {},
): AnnouncedObject {
  return { database: 'shop', type, schema: 'public', name, table: null, ...overrides };
}

export function anEntry(type: string, name: string, overrides: Partial<EntryAccount> = {}): EntryAccount {
  return {
    id: 1,
    database: 'shop',
    type,
    schema: 'public',
    name,
    owner: null,
    outcome: { status: 'restored' },
    seconds: 0,
    ...overrides,
  };
}

export function aTable(
  name: string,
  rowsInDump: number,
  overrides: Partial<TableAccount> = {},
): TableAccount {
  return {
    database: 'shop',
    schema: 'public',
    name,
    rowsInDump,
    rowsLoaded: rowsInDump,
    bytes: 1,
    seconds: 0,
    ...overrides,
  };
}

/** A check as drills.yaml has it, parsed. */
export function configured(entry: Record<string, unknown>): ConfiguredCheck {
  return checkConfigSchema.parse(entry);
}
