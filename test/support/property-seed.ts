/**
 * One seed for every property test, so that a run can be repeated: fixed by default, another by PROPERTY_SEED=12345, a fresh one by
 * PROPERTY_SEED=random. fast-check prints the seed of a failure with its smallest counterexample.
 */
import fc from 'fast-check';

const asked = process.env['PROPERTY_SEED'];
const seed = asked === 'random' ? Date.now() & 0x7f_ff_ff_ff : Number(asked ?? 20_261_122);
if (!Number.isSafeInteger(seed))
  throw new Error(`PROPERTY_SEED must be a whole number or "random"; got ${String(asked)}`);
if (asked !== undefined) console.log(`property tests with PROPERTY_SEED=${String(seed)}`);
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
