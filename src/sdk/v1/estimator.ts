/**
 * Estimator contracts, as the domain states them.
 *
 * An estimator is tried without prices while a request is admitted: it throws a `Fault` that says what it lacks, which is how the request
 * learns that it has to bring prices, or what is wrong with a parameter.
 *
 *     estimate: ({ series }, { trim }) => {
 *       if (series === undefined) throw new Fault('INSUFFICIENT_HISTORY', 'trimmed-mean needs a price history');
 *       ...
 */
export type * from '../../problem/estimator.ts';
