/** The known word nearest to a mistyped one, or null when none is near: at most a third of its letters may differ. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  const wanted = plain(word);
  let best: { word: string; distance: number } | null = null;
  for (const candidate of known) {
    const distance = editDistance(wanted, plain(candidate));
    if (best === null || distance < best.distance) best = { word: candidate, distance };
  }
  const allowed = Math.max(1, Math.floor(Math.max(wanted.length, 3) / 3));
  return best !== null && best.distance <= allowed ? best.word : null;
}

/** `max_age`, `max-age` and `MaxAge` are the same slip. */
function plain(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '');
}

/** Insertions, deletions, substitutions and swaps of neighbours between two words. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = Array.from({ length: a.length + 1 }, (_, row) =>
    Array.from({ length: b.length + 1 }, (_, column) => (row === 0 ? column : column === 0 ? row : 0)),
  );
  const at = (row: number, column: number) => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= a.length; row += 1) {
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let distance = Math.min(
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        distance = Math.min(distance, at(row - 2, column - 2) + 1);
      }
      const line = rows[row];
      if (line !== undefined) line[column] = distance;
    }
  }
  return at(a.length, b.length);
}
