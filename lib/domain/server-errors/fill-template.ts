import { serverWords } from './built-in-names.ts';
import type { KnownNames } from './known-names.ts';
import { messageTemplates } from './message-templates.ts';

type Slot = 'name' | 'signature' | 'type' | 'operation' | 'words' | 'number';

interface Template {
  pattern: RegExp;
  /** Words of the template with its slots between them. */
  parts: readonly string[];
  slots: readonly Slot[];
}

const slotMark = /\{(name|signature|type|operation|words|number)\}/;

function compiled(text: string): Template {
  const pieces = text.split(slotMark);
  const parts = pieces.filter((_, place) => place % 2 === 0);
  const slots = pieces.filter((_, place) => place % 2 === 1) as Slot[];
  const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return { pattern: new RegExp(`^${escaped.join('([\\s\\S]*)')}$`), parts, slots };
}

const templates = new Map(
  Object.entries(messageTemplates).map(([sqlState, texts]) => [sqlState, texts.map(compiled)]),
);

/** Longer messages hold more than names; matching slots in them would cost time. */
const longestMessage = 1000;

/** What stands where a message would quote something that is not known to be a name. */
export const masked = '…';

/**
 * The server's message as one of its templates, with `…` in every slot that does not hold what is known; null when no
 * template of the SQLSTATE fits. Of several that fit, the one that shows most is taken.
 *
 * @param numbersAreTheServers false where code of the dump may have written the message: its numbers may be values
 */
export function fillTemplate(
  sqlState: string,
  message: string,
  names: KnownNames,
  numbersAreTheServers: boolean,
): string | null {
  if (message.length > longestMessage) return null;
  let best: { text: string; hidden: number } | null = null;
  for (const { pattern, parts, slots } of templates.get(sqlState) ?? []) {
    const found = pattern.exec(message);
    if (found === null) continue;
    const values = slots.map((slot, place) => {
      const value = found[place + 1] ?? '';
      return isKnown(slot, value, names, numbersAreTheServers) ? value : hidden(slot, value, names);
    });
    const count = values.filter((value) => value.includes(masked)).length;
    // Words are ours to choose from a list: a template that needs others is not the one.
    if (slots.some((slot, place) => slot === 'words' && values[place] === masked)) continue;
    const text = parts.map((part, place) => part + (values[place] ?? '')).join('');
    if (best === null || count < best.hidden) best = { text, hidden: count };
  }
  return best?.text ?? null;
}

function isKnown(slot: Slot, value: string, names: KnownNames, numbersAreTheServers: boolean): boolean {
  switch (slot) {
    case 'name':
      return names.hasPath(value);
    case 'signature':
      return names.hasSignature(value);
    case 'type':
      return names.hasType(value);
    case 'operation':
      return names.hasOperation(value);
    case 'words':
      return value.split(' ').every((word) => serverWords.has(word.toLowerCase()));
    case 'number':
      return numbersAreTheServers && /^\d+$/.test(value);
  }
}

/** Of a signature whose name is not known, or one of its types, the rest is still worth showing. */
function hidden(slot: Slot, value: string, names: KnownNames): string {
  const found = slot === 'signature' ? /^([^(]*)\((.*)\)$/s.exec(value) : null;
  if (found === null) return masked;
  const types = (found[2] ?? '')
    .split(', ')
    .map((type) => (type === '' || names.hasType(type) ? type : masked));
  return `${names.hasPath(found[1] ?? '') ? found[1] : masked}(${types.join(', ')})`;
}
