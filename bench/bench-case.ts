/** One row of the bench. */
export interface BenchCase {
  readonly name: string;
  /** What it measures, in one sentence. */
  readonly problem: string;
  run(options: BenchOptions): Promise<void>;
}

export interface BenchOptions {
  /** Without the Python peers. */
  readonly quick: boolean;
}
