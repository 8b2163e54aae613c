/** As RDS calls it whether an instance may run a major past its standard support, for a charge per vCPU and hour. */
export const lifecycleOf = (extendedSupport: boolean): string =>
  extendedSupport ? 'open-source-rds-extended-support' : 'open-source-rds-extended-support-disabled';
