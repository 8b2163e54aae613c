import { visibleText } from './visible-text.ts';

/** The text made visible, with at most so many UTF-16 units and no half of a character: cut, it ends in `…`. */
export function shortened(text: string, most: number): string {
  const visible = visibleText(text);
  if (visible.length <= most) return visible;
  return `${visible.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
