/**
 * Told of work that is about to be done, in multiplications; may throw, and what was being computed is then lost. Long linear algebra
 * calls it between blocks, so that whoever asked for a result can change their mind in the middle.
 */
export type Checkpoint = (work: number) => void;

export const unchecked: Checkpoint = () => undefined;
