import type { RestoreOptions, RestoreRequest } from '../../lib/ports/recovery.ts';
import { aDump } from './drill-states.ts';

/** Builders of what a restore is asked, with defaults. */
export const someOptions = (changes: Partial<RestoreOptions> = {}): RestoreOptions => ({
  connections: 2,
  createMissingRoles: true,
  allowCreate: true,
  keepOrder: [],
  entryTimeoutSeconds: 1800,
  maxStatementBytes: 32 * 1024 ** 2,
  maxRatio: 10_000,
  passphrase: null,
  ...changes,
});

const refuseToBeCalled = (): never => {
  throw new Error('nothing is to be read from the store');
};

type Changes = Partial<Omit<RestoreRequest, 'dump' | 'options'>> & {
  dump?: Parameters<typeof aDump>[0];
  options?: Partial<RestoreOptions> | undefined;
};

export const aRestoreRequest = ({ dump, options, ...changes }: Changes = {}): RestoreRequest => ({
  dump: aDump({ nameTimestamp: null, expectedSha256: null, ...dump }),
  store: { location: 'nowhere', list: refuseToBeCalled, stat: refuseToBeCalled, open: refuseToBeCalled },
  sandbox: { sandboxId: 'test', host: '/nowhere', port: 1, masterRole: 'master', serverVersion: '15.18' },
  options: someOptions(options),
  onProgress: () => {},
  signal: new AbortController().signal,
  ...changes,
});
