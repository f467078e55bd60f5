/** Numbers as people read them, each with its unit. Money, prices and quantities stay the exact decimals that the wire carries. */
import { decimalOf, Decimal } from '../../values/decimal.ts';

/** 0.1234 -> "12.34 %". */
export function percent(fraction: number, decimals = 2): string {
  return `${withoutNegativeZero((100 * fraction).toFixed(decimals))} %`;
}

/** 0.01 -> "+1.00 %", -0.01 -> "-1.00 %". */
export function signedPercent(fraction: number, decimals = 2): string {
  const text = percent(fraction, decimals);
  return text.startsWith('-') || /^0(?:\.0+)? /.test(text) ? text : `+${text}`;
}

/** A statistic in at most `digits` significant digits: "0.8214", "3.1e-9". */
export function figure(value: number, digits = 4): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e6) return value.toExponential(Math.min(digits, 2) - 1);
  return withoutNegativeZero(Number(value.toPrecision(digits)).toString());
}

/** A residual or gap, always in powers of ten: "3.1e-9". */
export function residual(value: number): string {
  return value === 0 ? '0' : value.toExponential(1);
}

/** 312 -> "312 ms", 1240 -> "1.24 s", 83000 -> "83 s". */
export function elapsed(milliseconds: number): string {
  if (milliseconds < 1000) return `${String(Math.round(milliseconds))} ms`;
  const seconds = milliseconds / 1000;
  return `${seconds < 10 ? seconds.toFixed(2) : seconds < 60 ? seconds.toFixed(1) : String(Math.round(seconds))} s`;
}

/** Thousands separated, every digit kept: "1234567.80" -> "1,234,567.80". */
export function separated(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const grouped = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A quantity of shares, every digit kept. */
export function quantity(text: string): string {
  return separated(text);
}

/** A whole number. */
export function count(value: number | bigint): string {
  return separated(value.toString());
}

/** An amount with at least two decimals and never fewer than it has. */
export function amount(text: string): string {
  const value = decimalOf(text);
  return separated(value.decimalPlaces() < 2 ? value.toFixed(2) : value.toFixed());
}

/** Money with its currency: "1,234,567.80 USD"; "-" when there is none. */
export function money(value: { readonly currencyCode: string; readonly amount: string } | undefined): string {
  if (value === undefined || value.amount === '') return '-';
  return `${amount(value.amount)} ${value.currencyCode}`;
}

/** A price to four decimals at most; the wire carries it exactly. */
export function price(text: string): string {
  const rounded = decimalOf(text).toDecimalPlaces(4, Decimal.ROUND_HALF_EVEN);
  return separated(rounded.toFixed(Math.max(rounded.decimalPlaces(), 2)));
}

/** The last part of a resource name: "assets/AAPL" -> "AAPL". */
export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** "1 run", "2 runs". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

function withoutNegativeZero(text: string): string {
  return /^-0(?:\.0+)?$/.test(text) ? text.slice(1) : text;
}
