/** Security identifiers with check digits: ISIN (ISO 6166, Annex C) and FIGI (OMG FIGI 1.0, both Luhn modulus 10 double-add-double). */

/** Digits of a code in which letters count 10 to 35. */
function valueOf(character: string): number {
  return Number.parseInt(character, 36);
}

/** Why a text is no ISIN, or undefined when it is one. */
export function isinProblem(isin: string): string | undefined {
  if (!/^[A-Z]{2}[A-Z0-9]{9}[0-9]$/.test(isin))
    return 'must be an ISIN: two letters, nine letters or digits, one check digit';
  const digits = Array.from(isin.slice(0, 11))
    .map((character) => String(valueOf(character)))
    .join('');
  let sum = 0;
  for (const [position, digit] of Array.from(digits).reverse().entries()) {
    const doubled = Number(digit) * (position % 2 === 0 ? 2 : 1);
    sum += Math.floor(doubled / 10) + (doubled % 10);
  }
  return checkDigitProblem((10 - (sum % 10)) % 10, isin);
}

/** Why a text is no FIGI, or undefined when it is one. */
export function figiProblem(figi: string): string | undefined {
  if (!/^[B-DF-HJ-NP-TV-Z]{2}G[B-DF-HJ-NP-TV-Z0-9]{8}[0-9]$/.test(figi)) {
    return 'must be a FIGI: two consonants, "G", eight consonants or digits, one check digit';
  }
  if (['BS', 'BM', 'GG', 'GB', 'VG'].includes(figi.slice(0, 2)))
    return `must not start with ${figi.slice(0, 2)}, which ISINs use`;
  let sum = 0;
  for (const [position, character] of Array.from(figi.slice(0, 11)).entries()) {
    const weighted = valueOf(character) * (position % 2 === 1 ? 2 : 1);
    sum += Math.floor(weighted / 10) + (weighted % 10);
  }
  return checkDigitProblem((10 - (sum % 10)) % 10, figi);
}

function checkDigitProblem(expected: number, code: string): string | undefined {
  const actual = Number(code.at(-1));
  return actual === expected ? undefined : `has the check digit ${String(actual)} where ${String(expected)} is due`;
}
