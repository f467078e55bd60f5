/** Pages by key: stable under concurrent inserts, no offsets. */
export interface Condition {
  readonly field: string;
  /** `=` equal, `:` contains, ignoring case. */
  readonly operator: '=' | ':';
  readonly value: string;
}

export interface OrderBy {
  readonly field: string;
  readonly descending: boolean;
}

export interface ListQuery {
  readonly conditions: readonly Condition[];
  /** The id is always added as the last key. */
  readonly order: readonly OrderBy[];
  readonly limit: number;
  /** Keys of the last row of the page before, in the order of `order` and the id. */
  readonly after?: readonly string[];
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Keys to continue after; absent at the end. */
  readonly next?: readonly string[];
}
