/**
 * The text form of linear constraints, parsed by recursive descent:
 *
 *     comparison = sum relation sum [relation sum]          relation = '<=' | '>=' | '=' | '=='
 *     sum        = product { ('+' | '-') product }
 *     product    = factor { ('*' | '/') factor }
 *     factor     = number ['%' | 'bp'] | function '(' sum ')' | name | '(' sum ')' | ('-' | '+') factor
 *     function   = 'benchmark' | 'current'
 *     name       = word [':' word]                          word = letters, digits, '_' and '.', starting with a letter or '_'; or "quoted"
 *
 * `20 %` is 0.2, `25 bp` is 0.0025. A chain `10 % <= Equity <= 60 %` keeps one direction. Whether a product is linear is decided by whoever
 * evaluates. The README of this folder tells the whole language.
 */
import { nearestName } from './nearest-name.ts';

export type Term =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly qualifier?: string; readonly name: string; readonly at: number }
  | Pair
  /** What a sum is at other holdings than those that are sought: a number. */
  | { readonly kind: 'elsewhere'; readonly where: Elsewhere; readonly of: Term; readonly at: number };

/** Two terms with a sign between them. */
export interface Pair {
  readonly kind: 'add' | 'subtract' | 'multiply' | 'divide';
  readonly left: Term;
  readonly right: Term;
  readonly at: number;
}

export type Elsewhere = 'benchmark' | 'current';

export type Relation = '<=' | '>=' | '=';

export interface Comparison {
  readonly left: Term;
  readonly relation: Relation;
  readonly right: Term;
  /** The comparison as written. */
  readonly text: string;
}

/** What is wrong and where: `at` is the index in the text. */
export class ExpressionError extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.name = 'ExpressionError';
    this.at = at;
  }
}

export const elsewheres: readonly Elsewhere[] = ['benchmark', 'current'];
const basisPoint = 'bp';

export const expressionLengthMax = 4000;
const expressionDepthMax = 32;

interface Token {
  readonly kind: 'number' | 'word' | 'quoted' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
}

const tokenGrammar =
  /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([\p{L}_][\p{L}\p{M}\p{N}_.]*)|"((?:[^"\\]|\\["\\])*)"|(<=|>=|==|[-+*/()=:%<>]))/uy;

/** Signs as books print them, and how they are written here. */
const plainSigns: ReadonlyMap<string, string> = new Map([
  ['≤', '<='],
  ['≥', '>='],
  ['−', '-'],
  ['×', '*'],
  ['·', '*'],
  ['÷', '/'],
  [',', 'a decimal point, and no sign between thousands'],
]);

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  tokenGrammar.lastIndex = 0;
  while (tokenGrammar.lastIndex < end) {
    const from = tokenGrammar.lastIndex;
    const match = tokenGrammar.exec(text);
    if (match === null) {
      const at = from + (text.slice(from).length - text.slice(from).trimStart().length);
      const shown = Array.from(text.slice(at, at + 24))
        .slice(0, 12)
        .join('');
      const meant = plainSigns.get(shown[0]!);
      throw new ExpressionError(
        `does not understand ${JSON.stringify(shown)}${meant === undefined ? '' : `; write ${meant}`}`,
        at,
      );
    }
    const [whole, number, word, quoted, symbol] = match;
    const at = from + whole.length - whole.trimStart().length;
    if (number !== undefined) tokens.push({ kind: 'number', text: number, at });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
    else if (quoted !== undefined) tokens.push({ kind: 'quoted', text: quoted.replaceAll(/\\(["\\])/g, '$1'), at });
    else tokens.push({ kind: 'symbol', text: symbol ?? '', at });
  }
  return [...tokens, { kind: 'end', text: 'the end', at: end }];
}

class Parser {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  #position = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
    this.#tokens = tokensOf(source);
  }

  comparisons(): readonly Comparison[] {
    const left = this.#sum();
    const first = this.#relation();
    const middle = this.#next.at;
    const right = this.#sum();
    const { kind, at } = this.#next;
    const comparisons: Comparison[] = [{ left, relation: first, right, text: this.#source.slice(0, at).trim() }];
    if (kind !== 'end') {
      const second = this.#relation();
      if (second !== first || second === '=') throw new ExpressionError('a chain keeps one direction, <= or >=', at);
      comparisons.push({ left: right, relation: second, right: this.#sum(), text: this.#source.slice(middle).trim() });
    }
    if (this.#next.kind !== 'end') throw this.#unexpected('the end');
    return comparisons;
  }

  get #next(): Token {
    return this.#tokens[this.#position]!;
  }

  #unexpected(wanted: string): ExpressionError {
    const { kind, text, at } = this.#next;
    return new ExpressionError(`expected ${wanted}, found ${kind === 'end' ? text : JSON.stringify(text)}`, at);
  }

  /** Takes the next token when it is one of these symbols. */
  #take(...symbols: readonly string[]): Token | undefined {
    const token = this.#next;
    if (token.kind !== 'symbol' || !symbols.includes(token.text)) return undefined;
    this.#position += 1;
    return token;
  }

  #relation(): Relation {
    const strict = this.#take('<', '>');
    if (strict !== undefined)
      throw new ExpressionError(`write ${strict.text}= : a strict relation has no best point`, strict.at);
    const token = this.#take('<=', '>=', '=', '==');
    if (token === undefined) throw this.#unexpected('<=, >= or =');
    return token.text === '<=' || token.text === '>=' ? token.text : '=';
  }

  #sum(): Term {
    let left = this.#product();
    for (let sign = this.#take('+', '-'); sign !== undefined; sign = this.#take('+', '-')) {
      left = { kind: sign.text === '+' ? 'add' : 'subtract', left, right: this.#product(), at: sign.at };
    }
    return left;
  }

  #product(): Term {
    let left = this.#factor();
    for (let sign = this.#take('*', '/'); sign !== undefined; sign = this.#take('*', '/')) {
      left = { kind: sign.text === '*' ? 'multiply' : 'divide', left, right: this.#factor(), at: sign.at };
    }
    return left;
  }

  #factor(): Term {
    this.#depth += 1;
    if (this.#depth > expressionDepthMax) {
      throw new ExpressionError(`is nested deeper than ${String(expressionDepthMax)}`, this.#next.at);
    }
    const term = this.#primary();
    this.#depth -= 1;
    return term;
  }

  #primary(): Term {
    const sign = this.#take('-', '+');
    if (sign !== undefined) {
      const term = this.#factor();
      return sign.text === '+'
        ? term
        : { kind: 'multiply', left: { kind: 'number', value: -1 }, right: term, at: sign.at };
    }
    if (this.#take('(') !== undefined) {
      const inner = this.#sum();
      if (this.#take(')') === undefined) throw this.#unexpected('")"');
      return inner;
    }
    const token = this.#next;
    if (token.kind === 'number') {
      this.#position += 1;
      const value = Number(token.text);
      if (!Number.isFinite(value)) throw new ExpressionError('holds a number that is too large', token.at);
      return { kind: 'number', value: value / this.#unit() };
    }
    return this.#functionOf() ?? this.#name();
  }

  /** How many of the unit behind a number make 1. */
  #unit(): number {
    if (this.#take('%') !== undefined) return 100;
    const { kind, text } = this.#next;
    if (kind !== 'word' || text !== basisPoint) return 1;
    this.#position += 1;
    return 10_000;
  }

  /** A word before a parenthesis. */
  #functionOf(): Term | undefined {
    const { kind, text, at } = this.#next;
    const following = this.#tokens[this.#position + 1];
    if (kind !== 'word' || following?.kind !== 'symbol' || following.text !== '(') return undefined;
    const where = elsewheres.find((name) => name === text);
    if (where === undefined) {
      const near = nearestName(text, elsewheres);
      const meant = near === undefined ? '' : `; did you mean ${near}?`;
      throw new ExpressionError(`${JSON.stringify(text)} is no function${meant}; known: ${elsewheres.join(', ')}`, at);
    }
    this.#position += 2;
    const of = this.#sum();
    if (this.#take(')') === undefined) throw this.#unexpected('")"');
    return { kind: 'elsewhere', where, of, at };
  }

  #name(): Term {
    const first = this.#word();
    if (this.#take(':') === undefined) return { kind: 'name', name: first.text, at: first.at };
    return { kind: 'name', qualifier: first.text, name: this.#word().text, at: first.at };
  }

  #word(): Token {
    const token = this.#next;
    if (token.kind !== 'word' && token.kind !== 'quoted') throw this.#unexpected('a number, a name or "("');
    this.#position += 1;
    return token;
  }
}

/** Parses a comparison or a chain of two. Throws ExpressionError with the place of the first mistake. */
export function parseExpression(text: string): readonly Comparison[] {
  if (text.length > expressionLengthMax) {
    throw new ExpressionError(
      `has ${String(text.length)} characters; at most ${String(expressionLengthMax)} are read`,
      expressionLengthMax,
    );
  }
  return new Parser(text).comparisons();
}
