import { decimalPattern } from './settings.ts';

/** An exact decimal: `units` times ten to the power of `-scale`. */
interface Decimal {
  units: bigint;
  scale: number;
}

/** Parses `12`, `-0.50`, `1e3`; null for what is no finite decimal, such as NaN. */
function parseDecimal(text: string): Decimal | null {
  const trimmed = text.trim();
  if (!decimalPattern.test(trimmed)) return null;
  const [mantissa = '', exponent = '0'] = trimmed.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const scale = fraction.length - Number(exponent);
  const units = BigInt(whole.replace(/^[+]/, '') + fraction);
  return scale >= 0 ? { units, scale } : { units: units * 10n ** BigInt(-scale), scale: 0 };
}

/**
 * Compares two decimals written as text, without losing a digit: int8 and numeric do not fit a JavaScript number.
 * Null when one of them is no finite decimal.
 */
export function compareDecimals(left: string, right: string): -1 | 0 | 1 | null {
  const a = parseDecimal(left);
  const b = parseDecimal(right);
  if (a === null || b === null) return null;
  const scale = Math.max(a.scale, b.scale);
  const x = a.units * 10n ** BigInt(scale - a.scale);
  const y = b.units * 10n ** BigInt(scale - b.scale);
  return x < y ? -1 : x > y ? 1 : 0;
}
