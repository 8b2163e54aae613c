import * as z from 'zod';
import { evidenceOf } from '../contract/evidence.ts';
import { DrillError } from '../domain/findings/errors.ts';
import type { SandboxAddress } from '../domain/sandbox/address.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';

const address = z.strictObject({
  sandboxId: z.string(),
  host: z.string(),
  port: z.number(),
  masterRole: z.string(),
  serverVersion: z.string(),
  secretArn: z.string().optional(),
});

/** One Map item: a pointer to a planned check and where to ask it. */
const checkItem = z.object({
  drillId: z.string(),
  attempt: z.number(),
  database: z.string(),
  address,
  check: z.object({ index: z.number(), name: z.string() }),
});

/** Carries out one planned check and keeps its result; the Map gets only its status back. */
export async function runCheckStep(
  input: unknown,
  ports: Pick<DrillPorts, 'checks' | 'evidence' | 'clock'>,
): Promise<{ index: number; status: string }> {
  const { address, ...item } = checkItem.parse(input);
  const { secretArn, ...place } = address;
  return runPlannedCheck(
    { ...item, address: { ...place, ...(secretArn === undefined ? {} : { secretArn }) } },
    ports,
  );
}

/** Runs the planned check that a pointer names and keeps its result. */
export async function runPlannedCheck(
  item: {
    drillId: string;
    attempt: number;
    address: SandboxAddress;
    check: { index: number };
  },
  ports: Pick<DrillPorts, 'checks' | 'evidence' | 'clock'>,
): Promise<{ index: number; status: string }> {
  const { planned } = await ports.evidence.read(evidenceOf.checkPlan(item.attempt), item.drillId);
  const check = planned[item.check.index];
  if (check === undefined)
    throw new DrillError(
      'EVIDENCE_UNREADABLE',
      `the plan of attempt ${item.attempt} holds ${planned.length} checks, and check ${item.check.index} was asked for`,
      { hint: 'The evidence of this drill was replaced while it ran. Drill again.' },
    );
  const result = await ports.checks.run(check, item.address);
  const stored = { result, endedAt: ports.clock.now().toISOString() };
  await ports.evidence.write(evidenceOf.checkResult(item.attempt, item.check.index), item.drillId, stored);
  return { index: item.check.index, status: result.status };
}
