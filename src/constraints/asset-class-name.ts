/**
 * Asset classes are compared by a canonical name, so that a client's `Equities` finds assets of class `Equity`. This is the only
 * normalisation of names there is, and it is not fuzzy: Unicode NFC, surrounding spaces removed, lower case, `-` and `_` read as
 * a space, then the table below. A name outside the table stands for itself (`private equity`). Sectors, countries and groups are
 * compared as written.
 */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  equity: ['equities', 'stock', 'stocks', 'share', 'shares'],
  'fixed income': ['bond', 'bonds', 'fixedincome'],
  cash: ['cash equivalent', 'cash equivalents', 'cash and equivalents'],
  commodity: ['commodities'],
  'real estate': ['realestate', 'property', 'properties'],
  alternative: ['alternatives', 'alternative investment', 'alternative investments'],
  currency: ['currencies', 'foreign exchange', 'fx'],
  fund: ['funds'],
};

const canonical: ReadonlyMap<string, string> = new Map(
  Object.entries(synonyms).flatMap(
    ([name, others]) => [[name, name], ...others.map((other) => [other, name] as const)] as [string, string][],
  ),
);

/** The canonical name of the class that holds cash; the uninvested cash belongs to it as well. */
export const cashClass = 'cash';

export function assetClassName(written: string): string {
  const folded = written
    .normalize('NFC')
    .trim()
    .toLowerCase()
    .replaceAll(/[-_\s]+/g, ' ');
  return canonical.get(folded) ?? folded;
}
