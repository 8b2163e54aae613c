/**
 * Extensions that belong to the server rather than to its data: their rows make it act, or they only watch it. A copy
 * must not act, so they are left out together with all that belongs to them, whether or not the sandbox offers them.
 */
/** Each with what it does and the schema of its own tables; null: it has none. */
export const serverExtensions: Readonly<Record<string, { does: string; schema: string | null }>> = {
  pg_cron: { does: 'its jobs', schema: 'cron' },
  pgagent: { does: 'its jobs', schema: 'pgagent' },
  pg_net: { does: 'its requests', schema: 'net' },
  pgaudit: { does: "what it writes into the server's log", schema: null },
};
