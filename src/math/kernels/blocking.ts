/**
 * Sizes of blocks, read by the module's AssemblyScript and by its twins in TypeScript alike: they decide the order of summation, and with it
 * the last bits of every result.
 */

/** Products are summed over so many terms from zero before they join the target. */
export const depth = 256;
/** Columns of a Cholesky panel, and right-hand sides solved against one diagonal block; a multiple of `group`. */
export const panel = 48;
/** Columns that are finished together inside a panel. */
export const group = 6;
