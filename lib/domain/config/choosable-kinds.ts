/** Kinds of sandbox that drills.yaml and a request may choose between, where a stack is deployed. */
export const choosableKinds = ['rds', 'task'] as const;
export type ChoosableKind = (typeof choosableKinds)[number];
