import { dirname } from 'node:path';

/** File → the files of ours that it imports; both as paths from the root. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Places that need each other, and the imports that make it so. */
export interface Circle {
  members: string[];
  /** "a.ts imports b.ts", for every import from one member to another. */
  imports: string[];
}

/** Files that import each other, directly or by way of others. */
export const fileCircles = (graph: ImportGraph): Circle[] => circles(graph, (file) => file);

/** Folders (exact directories) that import from each other; none of them can be read or taken away alone. */
export const folderCircles = (graph: ImportGraph): Circle[] => circles(graph, dirname);

function circles(graph: ImportGraph, placeOf: (file: string) => string): Circle[] {
  const imports = [...graph].flatMap(([file, targets]) =>
    targets.map((target) => ({ file, target, from: placeOf(file), to: placeOf(target) })),
  );
  const crossing = imports.filter(({ from, to }) => from !== to);
  const next = new Map<string, Set<string>>();
  for (const { from, to } of crossing) next.set(from, (next.get(from) ?? new Set()).add(to));
  const reached = new Map([...next.keys()].map((place) => [place, reachableFrom(place, next)]));

  const seen = new Set<string>();
  const found: Circle[] = [];
  for (const place of [...next.keys()].sort()) {
    if (seen.has(place) || !reached.get(place)?.has(place)) continue;
    const members = [...next.keys()]
      .filter((other) => reached.get(place)?.has(other) && reached.get(other)?.has(place))
      .sort();
    for (const member of members) seen.add(member);
    found.push({
      members,
      imports: crossing
        .filter(({ from, to }) => members.includes(from) && members.includes(to))
        .map(({ file, target }) => `${file} imports ${target}`),
    });
  }
  return found;
}

/** Every place that can be reached over one arrow or more: the place itself only when it stands in a circle. */
function reachableFrom(start: string, next: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const reached = new Set<string>();
  const waiting = [...(next.get(start) ?? [])];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (reached.has(place)) continue;
    reached.add(place);
    waiting.push(...(next.get(place) ?? []));
  }
  return reached;
}
