import { expect, test } from 'vitest';
import { evidenceOf } from '../../lib/contract/evidence.ts';
import { readRestoreRequest } from '../../lib/steps/restore-request.ts';
import { inMemoryPorts } from '../support/in-memory-ports.ts';
import { releasedAt } from '../support/released-states.ts';

test.each(releasedAt('restore prepared'))(
  'a restore task reads what $shape wrote down for it',
  async (released) => {
    const { ports } = inMemoryPorts();
    const databaseConfig = ports.configuration.database('shop');
    const asReleased = {
      file: evidenceOf.restoreRequest(1).file,
      parse: (json: unknown) => json,
      format: (json: unknown) => json,
    };
    await ports.evidence.write(asReleased, 'drill-1', { ...released.document, databaseConfig });

    const request = await readRestoreRequest({ drillId: 'drill-1', attempt: 1 }, ports);

    expect(request.state.plan?.kind).toBe('rds');
    expect(request.state.sandbox?.address?.serverVersion).toBe('15.17');
    expect(request.databaseConfig).toEqual(databaseConfig);
  },
);
