import { Type } from '@mikro-orm/core';

import { Decimal, decimalOf, decimalProblem, decimalText } from '../../values/decimal.ts';

/**
 * `numeric(28,10)` as an exact `Decimal`. The ORM's own decimal type reads null as the text 'null'; this one keeps null.
 * A value that the column would round is refused here, so that nothing loses digits on its way to the disk.
 */
export class DecimalColumn extends Type<Decimal | null, string | null> {
  override convertToDatabaseValue(value: Decimal | string | null | undefined): string | null {
    if (value === null || value === undefined) return null;
    return storedDecimal(value instanceof Decimal ? decimalText(value) : value);
  }

  override convertToJSValue(value: Decimal | string | null | undefined): Decimal | null {
    if (value === null || value === undefined) return null;
    return value instanceof Decimal ? value : new Decimal(value);
  }

  override getColumnType(): string {
    return 'numeric(28,10)';
  }

  override compareAsType(): string {
    return 'string';
  }
}

/** The text as it may be stored; a RangeError (a bug: admission lets none through) when the column cannot hold it exactly. */
export function storedDecimal(text: string): string {
  const problem = decimalProblem(text);
  if (problem !== undefined) throw new RangeError(`a stored decimal ${problem}`);
  return decimalText(decimalOf(text));
}
