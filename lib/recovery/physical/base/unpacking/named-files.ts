/** Names that a record shows: the first of them, and how many there are. */
export interface NamedFiles {
  count: number;
  names: string[];
}

const shownNames = 20;

export const noFiles = (): NamedFiles => ({ count: 0, names: [] });

export function addName(files: NamedFiles, name: string): void {
  files.count += 1;
  if (files.names.length < shownNames) files.names.push(name);
}
