import { type Finding, finding } from '../../domain/findings/findings.ts';

/** What drills may cost together. */
export interface Budget {
  monthlyBudgetUsd: number | null;
  /** What the drills of this calendar month cost so far, from their records. */
  spentThisMonthUsd(): Promise<number>;
}

/** The caps of drills.yaml that a drill of this estimate would pass. */
export async function exceededCaps(
  { monthlyBudgetUsd, spentThisMonthUsd }: Budget,
  maxCostUsd: number | null,
  estimateUsd: number,
): Promise<Finding[]> {
  const usd = (amount: number) => `${amount.toFixed(2)} USD`;
  const findings: Finding[] = [];
  if (maxCostUsd !== null && estimateUsd > maxCostUsd) {
    const message = `the drill was estimated to cost ${usd(estimateUsd)}; sandbox.maxCostUsd allows ${usd(maxCostUsd)}`;
    findings.push(finding('COST_CAP_EXCEEDED', message));
  }
  if (monthlyBudgetUsd !== null) {
    const spentUsd = await spentThisMonthUsd();
    if (spentUsd + estimateUsd > monthlyBudgetUsd) {
      const message = `${usd(spentUsd)} were spent this month and the drill was estimated to cost ${usd(estimateUsd)}; aws.monthlyBudgetUsd allows ${usd(monthlyBudgetUsd)}`;
      findings.push(finding('COST_CAP_EXCEEDED', message));
    }
  }
  return findings;
}
