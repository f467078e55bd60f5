/** Currency codes (ISO 4217, alphabetic) and their minor units. `Intl` disagrees with the standard and is not used. */
const minorUnits: Readonly<Record<string, number>> = {
  AED: 2,
  ARS: 2,
  AUD: 2,
  BGN: 2,
  BHD: 3,
  BRL: 2,
  CAD: 2,
  CHF: 2,
  CLP: 0,
  CNH: 2,
  CNY: 2,
  COP: 2,
  CZK: 2,
  DKK: 2,
  EGP: 2,
  EUR: 2,
  GBP: 2,
  HKD: 2,
  HUF: 2,
  IDR: 2,
  ILS: 2,
  INR: 2,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KRW: 0,
  KWD: 3,
  MAD: 2,
  MXN: 2,
  MYR: 2,
  NGN: 2,
  NOK: 2,
  NZD: 2,
  OMR: 3,
  PEN: 2,
  PHP: 2,
  PKR: 2,
  PLN: 2,
  QAR: 2,
  RON: 2,
  RUB: 2,
  SAR: 2,
  SEK: 2,
  SGD: 2,
  THB: 2,
  TND: 3,
  TRY: 2,
  TWD: 2,
  UAH: 2,
  USD: 2,
  VND: 0,
  ZAR: 2,
};

export function isCurrency(code: string): boolean {
  return Object.hasOwn(minorUnits, code);
}

/** Decimals of the smallest unit: 2 for USD, 0 for JPY. */
export function minorUnitOf(code: string): number {
  const decimals = minorUnits[code];
  if (decimals === undefined) throw new RangeError(`unknown currency ${code}`);
  return decimals;
}

export const currencyProblem = 'must be an ISO 4217 currency code in capitals, for example "USD"';
