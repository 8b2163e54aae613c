/** SET, RESET and set_config: what of the dump's session settings the restore follows. */

import type { Node } from 'libpg-query';
import { finding } from '../../../domain/findings/findings.ts';
import { quoted } from '../../../domain/text/sql-text.ts';
import type { Decision } from './decision.ts';
import { isSuperuserSetting } from './superuser-settings.ts';
import { constantText } from './syntax-tree.ts';
import {
  type Handlers,
  isMappedToMaster,
  place,
  planOf,
  refuse,
  run,
  type Subject,
  skip,
} from './verdicts.ts';

/** Settings under which the dump's text and data keep their meaning, and limits a long restore needs lifted. */
const followed: ReadonlySet<string> = new Set([
  'bytea_output',
  'check_function_bodies',
  'client_encoding',
  'client_min_messages',
  'datestyle',
  'escape_string_warning',
  'extra_float_digits',
  'idle_in_transaction_session_timeout',
  'intervalstyle',
  'lock_timeout',
  'quote_all_identifiers',
  'row_security',
  'search_path',
  'standard_conforming_strings',
  'statement_timeout',
  'synchronize_seqscans',
  'timezone',
  'transaction_timeout',
  'xmloption',
]);

/** Every way to write false that PostgreSQL takes for a boolean parameter (unique prefixes of them included). */
const falseWords: ReadonlySet<string> = new Set([
  'off',
  'of',
  'false',
  'fals',
  'fal',
  'fa',
  'f',
  'no',
  'n',
  '0',
]);

function sessionAuthorization(subject: Subject, role: string | null): Decision {
  const { context } = subject;
  // Around a grant it only names the grantor; pg_dump writes it so whenever that is not the owner.
  const aroundGrant = context.entry.type === 'ACL' || context.entry.type === 'DEFAULT ACL';
  if (role === null || aroundGrant || isMappedToMaster(role, context)) return skip('session-authorization');
  const said = `objects from ${place(subject)} on would be created by role "${role}" and belong to the master role instead`;
  return skip('session-authorization', finding('OWNER_NOT_RESTORED', said));
}

/**
 * Decides on one session setting.
 * @param value null for DEFAULT and RESET; empty is an empty text.
 */
export function sessionSetting(subject: Subject, rawName: string, value: string | null): Decision {
  const name = rawName.toLowerCase();
  const { targetMajor } = subject.context;
  if (name === 'session_authorization') return sessionAuthorization(subject, value);
  if (name === 'role') {
    if (value === null || value === 'none') return skip('setting-skipped');
    return refuse('role-change', `${place(subject)} would change the role to "${value}"`);
  }
  if (name === 'standard_conforming_strings') {
    subject.memory.oldStrings = value !== null && falseWords.has(value.toLowerCase());
    if (subject.memory.oldStrings) return skip('string-syntax-kept');
  }
  if (name === 'default_tablespace')
    return value === null || value === ''
      ? run(subject, setPlan(name, value), 'setting-kept')
      : skip('tablespace');
  if (name === 'default_table_access_method') {
    if (value === null || value === 'heap') return run(subject, setPlan(name, value), 'setting-kept');
    return skip('access-method', `tables with access method "${value}" become heap tables`);
  }
  if (name === 'default_with_oids') return skip('setting-skipped');
  if (name === 'transaction_timeout' && targetMajor < 17) return skip('setting-unknown');
  if (followed.has(name)) return run(subject, setPlan(name, value), 'setting-kept');
  if (isSuperuserSetting(name))
    return skip('setting-superuser', `SET ${name} needs a superuser and is left out`);
  return skip('setting-skipped', `SET ${name} is left out`);
}

function setPlan(name: string, value: string | null) {
  return planOf('set', { locks: [], setting: { name, value: value ?? 'DEFAULT' } });
}

/** The value as SET takes it: a list of names becomes one text with each name quoted where it is more than one. */
function settingValue(args: Node[] | undefined): string | null {
  const values = (args ?? []).map((arg) => constantText(arg));
  if (values.some((value) => value === null)) return null;
  if (values.length === 1) return values[0] ?? null;
  return values.map((value) => quoted(value ?? '')).join(', ');
}

export const settingHandlers: Handlers = {
  VariableSetStmt: (node, subject) => {
    const name = node.name ?? '';
    switch (node.kind) {
      case 'VAR_SET_VALUE':
        // Outside a transaction SET LOCAL does nothing; the restore has none around the dump's statements.
        if (node.is_local === true && name !== 'role' && name !== 'session_authorization')
          return skip('setting-skipped');
        return sessionSetting(subject, name, settingValue(node.args));
      case 'VAR_SET_DEFAULT':
      case 'VAR_RESET':
        return sessionSetting(subject, name, null);
      case 'VAR_SET_MULTI':
        return skip('transaction-control');
      default:
        return skip('setting-skipped');
    }
  },
  VariableShowStmt: () => skip('without-effect'),
  ConstraintsSetStmt: () => skip('transaction-control'),
};
