/** What a server says of a refusal, raw: nothing of it but the words below may be shown. */
export interface Refusal {
  sqlState: string;
  message: string;
  /** The error's CONTEXT: present when the statement was run by code, a function say, and not by us. */
  context: string | null;
}

interface Act {
  sqlStates: readonly string[];
  message: RegExp;
  /** What was tried, after `code of the dump tried to`. */
  words: string;
}

const privilege = ['42501'];

/** Functions of the server that act on the machine, on other sessions or on the server as a whole. */
const actingFunctions = {
  'read a file of the server':
    'pg_read_file|pg_read_binary_file|pg_stat_file|pg_ls_\\w+|pg_hba_file_rules|pg_ident_file_mappings|pg_current_logfile|lo_import',
  'write a file of the server': 'lo_export|pg_file_\\w+|pg_logfile_rotate|pg_rotate_logfile',
  'end or stop other sessions of the server': 'pg_terminate_backend|pg_cancel_backend',
  'change the server itself':
    'pg_reload_conf|pg_switch_wal|pg_promote|pg_create_restore_point|pg_(?:start|stop)_backup|pg_backup_(?:start|stop)|pg_wal_replay_\\w+|pg_stat_reset\\w*|pg_replication_origin_\\w+',
} as const;

/**
 * What servers 14 to 18 answer to a master that is no superuser, in the language of `lc_messages = C` (and of RDS), for what
 * no restore needs. An ordinary missing privilege, on a table or a schema say, is none of these.
 */
const acts: readonly Act[] = [
  ...Object.entries(actingFunctions).map(([words, names]) => ({
    sqlStates: privilege,
    message: new RegExp(`^permission denied for function (?:${names})$`),
    words,
  })),
  {
    sqlStates: privilege,
    message: /to COPY to or from an external program$/,
    words: 'run a program of the server',
  },
  { sqlStates: privilege, message: /to COPY from a file$/, words: 'read a file of the server' },
  { sqlStates: privilege, message: /to COPY to a file$/, words: 'write a file of the server' },
  {
    sqlStates: privilege,
    message:
      /(?:role whose process is being terminated|to terminate (?:process|superuser process)|role whose query is being canceled|to cancel (?:query|superuser query))/,
    words: 'end or stop other sessions of the server',
  },
  {
    sqlStates: privilege,
    message: /^(?:must be superuser to alter superusers|permission denied to grant role )/,
    words: 'give itself rights over the server by the grant of a role',
  },
  {
    sqlStates: privilege,
    message:
      /^(?:must be superuser to|permission denied to) (?:create|alter|drop) (?:\w+ ){0,3}?(?:super)?(?:user|role)/,
    words: 'make or change a role with rights over the server',
  },
  {
    sqlStates: ['42939'],
    message: /^role name ".*" is reserved$/,
    words: 'change a role of the server',
  },
  {
    sqlStates: privilege,
    message: /^permission denied to set (?:role |session authorization)/,
    words: 'become another role',
  },
  {
    sqlStates: privilege,
    message: /^(?:must be superuser to|permission denied to) alter setting(?:s globally)?$/,
    words: 'change settings of every role',
  },
  {
    sqlStates: privilege,
    message:
      /^(?:access to library ".*" is not allowed|permission denied to set parameter "(?:\w+_preload_libraries|dynamic_library_path|jit_provider)")$/,
    words: 'load a library',
  },
  {
    sqlStates: privilege,
    message: /^(?:must be superuser or replication role to|permission denied to) use replication slots$/,
    words: 'have the changes of the database sent away',
  },
  {
    sqlStates: privilege,
    message: /^permission denied for language (?:c|internal)$/,
    words: 'call code of a library',
  },
  {
    sqlStates: privilege,
    message:
      /^(?:permission denied to|must be superuser to|only superuser can|only roles with privileges of .* can) (?:create|alter) (?:foreign-data wrapper|event trigger|subscription|tablespace|extension|procedural language)/i,
    words: 'make something that reaches outside the database',
  },
  {
    sqlStates: privilege,
    message: /^permission denied for (?:table|view|relation) pg_/,
    words: 'read or change what the server keeps for itself',
  },
  {
    sqlStates: ['25001', '0A000'],
    message: /^(?:ALTER SYSTEM|CREATE SUBSCRIPTION|CREATE TABLESPACE)\b/,
    words: 'change the server itself',
  },
];

/**
 * What code of the dump tried when the server refused it, in words; null when it was no attempt to act: a statement of the
 * dump itself (the policy judges those), or a refusal that harmless code meets too.
 */
export function attemptedAct({ sqlState, message, context }: Refusal): string | null {
  if (context === null) return null;
  const [said = ''] = message.split('\n', 1);
  const act = acts.find((each) => each.sqlStates.includes(sqlState) && each.message.test(said));
  return act?.words ?? null;
}
