/**
 * What only AWS itself can confirm, once for each account, region and way of deploying: its heading in
 * docs/first-deploy.md, and – where `doctor --aws --rehearse` runs nothing of it – why not.
 */
export const firstDeployPoints = {
  stack: { heading: 'The stack is there', why: null },
  messages: { heading: 'Messages arrive', why: null },
  functions: { heading: 'Functions in subnets start', why: null },
  watch: { heading: 'The watch answers', why: null },
  sweep: { heading: 'The sweeper answers', why: null },
  image: { heading: 'The image was built and its processor fits', why: null },
  hooks: {
    heading: 'A hook reaches a server inside its task',
    why: 'only a hook of yours shows it, in a drill',
  },
  schedules: {
    heading: 'The schedules start drills',
    why: 'a schedule has to come round; that it is enabled, the console shows',
  },
  quotas: { heading: 'The quotas are enough', why: null },
  tags: {
    heading: 'Tag policies let instances and tasks be made',
    why: 'RDS and ECS have no dry run: only making something is refused',
  },
  volume: {
    heading: 'A task gets its volume',
    why: 'only a task with a large disk shows it, and a rehearsal starts none',
  },
  tokenLogin: {
    heading: 'The master logs in with tokens',
    why: 'only an instance shows it, and a rehearsal makes none',
  },
  deletion: {
    heading: 'An instance goes while it is being made',
    why: 'only an instance shows it, and a rehearsal makes none',
  },
  secret: {
    heading: 'The managed secret of a restore can be read',
    why: 'RDS makes the secret and its tags with the instance of a real restore',
  },
  sleeping: {
    heading: 'Functions that slept are waited for',
    why: 'a function sleeps only after weeks in which nobody invoked it',
  },
  securityHub: {
    heading: 'Findings arrive in Security Hub',
    why: 'only a drill that does not prove shows it, and a hub keeps what it was told for 90 days',
  },
  backupValidation: {
    heading: 'AWS Backup takes the result',
    why: 'only a restore test of AWS Backup shows it, and a rehearsal starts none',
  },
  prices: { heading: 'The prices are right', why: 'the bill of a drill comes a day later' },
} as const satisfies Record<string, { heading: string; why: string | null }>;

export type FirstDeployPoint = keyof typeof firstDeployPoints;
