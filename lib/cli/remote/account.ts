import type { SourceConfig } from '../../domain/config/index.ts';
import type { Clock } from '../../ports/clock.ts';
import type { OpenedSource } from '../../ports/drill-ports.ts';
import type { EvidenceStore } from '../../ports/evidence-store.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { systemClock } from '../../runtimes/system-clock.ts';
import { accountError } from './account-error.ts';
import { type AccountOptions, repeatedOptions, stackNameOf } from './account-options.ts';
import { type AccountClients, environmentClients } from './clients.ts';
import type { DeployedStack } from './stack.ts';

/** A deployed stack and the clients that reach it. */
export interface Account {
  stack: DeployedStack;
  clients: AccountClients;
  clock: Clock;
  /** What a person repeats to reach the same stack, e.g. ` --stack restore-drill`. */
  repeated: string;
  ledger(): Promise<Ledger>;
  evidence(): Promise<EvidenceStore>;
  /** Opens a source of drills.yaml with the operator's rights, and the keys of its secret where it names one. */
  openSource(source: SourceConfig): Promise<OpenedSource>;
}

/** What surrounds a command that reaches into an account; tests give scripted clients and answers. */
export interface AccountSurroundings {
  clients: AccountClients;
  clock: Clock;
}

const accountSurroundings = (options: AccountOptions): AccountSurroundings => ({
  clients: environmentClients(options, process.env),
  clock: systemClock,
});

/**
 * Finds the stack and acts on it.
 *
 * @throws DrillError for whatever AWS refuses: no credentials, no such stack, a missing right …
 */
export async function inAccount<Result>(
  options: AccountOptions,
  act: (account: Account) => Promise<Result>,
  { clients, clock }: AccountSurroundings = accountSurroundings(options),
): Promise<Result> {
  try {
    // Loaded here and not above: commands on one machine must not wait for the SDK.
    const { findStack } = await import('./stack.ts');
    const stack = await findStack(await clients.cloudFormation(), stackNameOf(options));
    return await act({
      ...{ stack, clients, clock, repeated: repeatedOptions(options) },
      ledger: () => openLedger(stack, clients, clock),
      evidence: () => openEvidence(stack, clients),
      openSource: (source) => openSource(source, clients),
    });
  } catch (error) {
    throw accountError(error, clients.failed);
  }
}

async function openLedger(stack: DeployedStack, clients: AccountClients, clock: Clock): Promise<Ledger> {
  const { createDynamoLedger } = await import('../../adapters/ledgers/dynamodb/dynamodb-ledger.ts');
  return createDynamoLedger({
    ...{ client: await clients.dynamoDb(), tableName: stack.ledgerTable, clock, databases: stack.databases },
    evidence: await openEvidence(stack, clients),
    onDamage: ({ drillId, reason }) => {
      process.stderr.write(`restore-drill: the record of ${drillId} was passed over: ${reason}\n`);
    },
  });
}

async function openEvidence(stack: DeployedStack, clients: AccountClients): Promise<EvidenceStore> {
  const { createS3EvidenceStore } = await import('../../adapters/evidence/s3-evidence.ts');
  return createS3EvidenceStore({ client: await clients.s3(), bucket: stack.evidenceBucket });
}

async function openSource(source: SourceConfig, clients: AccountClients): Promise<OpenedSource> {
  const { createSourceOpener } = await import('../../adapters/dump-stores/open-for-aws.ts');
  return createSourceOpener({ secretsManager: await clients.secretsManager() })(source);
}
