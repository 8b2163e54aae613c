/** A YAML mapping as plain data. */
export type Mapping = Record<string, unknown>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A database with what `defaults` add: sections key by key, lists and single values only where the database has none.
 * Three exceptions keep defaults from making nonsense: a folder takes over nothing that belongs to buckets (nor the
 * other way round), a schedule without a cron alone does not schedule a database, and a target of `notify` is never
 * made of the address of one and the secret of another.
 */
export function mergeDefaults(defaults: unknown, database: unknown): unknown {
  if (!isMapping(defaults) || !isMapping(database)) return database;
  const merged: Mapping = {};
  for (const key of new Set([...Object.keys(defaults), ...Object.keys(database)])) {
    const own = database[key];
    const general = defaults[key];
    if (!Object.hasOwn(database, key)) {
      if (key === 'schedule' && isMapping(general) && !Object.hasOwn(general, 'cron')) continue;
      merged[key] = general;
    } else if (key === 'source' && isMapping(own) && isMapping(general) && kindOf(own) !== kindOf(general)) {
      merged[key] = kindOf(own) === 'open' || kindOf(general) === 'open' ? { ...general, ...own } : own;
    } else if (key === 'schedule' && Array.isArray(own) && isMapping(general)) {
      merged[key] = own.map((entry) => (isMapping(entry) ? mergeSection(general, entry) : entry));
    } else if (isMapping(own) && isMapping(general) && key !== 'passwords') {
      merged[key] =
        key === 'source' || key === 'notify' ? { ...general, ...own } : mergeSection(general, own);
    } else merged[key] = own;
  }
  return merged;
}

function mergeSection(general: Mapping, own: Mapping): Mapping {
  const merged: Mapping = { ...general };
  for (const [key, value] of Object.entries(own)) {
    const base = merged[key];
    merged[key] = isMapping(base) && isMapping(value) ? mergeSection(base, value) : value;
  }
  return merged;
}

function kindOf(source: Mapping): 'folder' | 'bucket' | 'open' {
  if (Object.hasOwn(source, 'folder')) return 'folder';
  return [
    'bucket',
    'prefix',
    'region',
    'endpointUrl',
    'pathStyle',
    'credentialsSecret',
    'expectedBucketOwner',
  ].some((key) => Object.hasOwn(source, key))
    ? 'bucket'
    : 'open';
}
