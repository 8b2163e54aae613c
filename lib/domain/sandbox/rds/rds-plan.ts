import type { ProductionConfig } from '../../config/index.ts';

/** Where an instance may be placed; the next one is tried when there is no capacity. */
export interface RdsPlacement {
  instanceClass: string;
  /** Null: RDS chooses. */
  availabilityZone: string | null;
}

/** An RDS instance to be, with everything that creation needs and nothing secret. */
export interface RdsPlan {
  /** e.g. `15.17`: resolved at run time, because minors are withdrawn. */
  engineVersion: string;
  placements: RdsPlacement[];
  /** gp3. From 400 GiB on it has four times the throughput (docs/facts.md#gp3). */
  storageGib: number;
  parameterGroup: string;
  /** Whether RDS may charge for a major past its standard support; absent: no, as in plans of earlier versions. */
  extendedSupport?: boolean;
  /** Of a real restore: what the kept instance shall be. Null: a throwaway sandbox. */
  production: ProductionConfig | null;
  estimatedCostUsd: number;
}
