/** Scratch memory of the module, given once by whoever instantiates it: a tile of sums, then the packed operands. */

/** Bytes that `useWorkspace` must be given. */
export const workspaceBytes = 1 << 20;

let start: usize = 0;

export function useWorkspace(address: usize): void {
  start = address;
}

/** Two tiles of three rows by six columns, one after the other. */
export function tileAddress(): usize {
  return start;
}

/** Room for 256 steps of 240 columns. */
export function rightAddress(): usize {
  return start + 512;
}

/** Room for 256 steps of 96 rows, or for the inverse pivots of a panel. */
export function leftAddress(): usize {
  return start + 512 + 256 * 240 * 8;
}
