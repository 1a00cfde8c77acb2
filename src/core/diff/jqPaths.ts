import { isList, isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';

/** Reference tokens from the root. */
export type Tokens = readonly (string | number)[];

/** One step of an evaluation: a value, and where it stands; computed values stand nowhere. */
interface At {
  readonly value: Json;
  readonly path: Tokens | undefined;
}

type Filter = (input: At) => readonly At[];

/**
 * The paths that a jq path expression selects (`.spec.containers[] | select(.name == "side") | .image`), as Argo CD's
 * `jqPathExpressions` uses them. Knows paths, `..`, pipes, commas, `select`, comparisons, `and`, `or`, `not`, and the usual
 * tests on strings; `undefined` for an expression outside that.
 */
export function compileJqPaths(expression: string): ((root: Json) => readonly Tokens[]) | undefined {
  const tokens = tokenize(expression);
  if (tokens === undefined) return undefined;
  try {
    const parser = new JqParser(tokens);
    const filter = parser.readPipe();
    if (!parser.isAtEnd) return undefined;
    return (root) => filter({ value: root, path: [] }).flatMap(({ path }) => (path === undefined ? [] : [path]));
  } catch (error) {
    if (error instanceof UnknownJq) return undefined;
    throw error;
  }
}

/** Ends the reading of an expression that is not understood; never leaves this file. */
class UnknownJq extends Error {}

function tokenize(text: string): readonly string[] | undefined {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|\.\.|[.[\](){}|,:?]|==|!=|<=|>=|<|>|-?\d+(?:\.\d+)?|[\w$-]+|\S/g) ?? [];
  return tokens.length > 0 ? tokens : undefined;
}

class JqParser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  readPipe(): Filter {
    let filter = this.#readComma();
    while (this.#take('|')) {
      const [before, after] = [filter, this.#readComma()];
      filter = (input) => before(input).flatMap(after);
    }
    return filter;
  }

  #readComma(): Filter {
    const parts = [this.#readOr()];
    while (this.#take(',')) parts.push(this.#readOr());
    return parts.length === 1 && parts[0] ? parts[0] : (input) => parts.flatMap((part) => part(input));
  }

  #readOr(): Filter {
    return this.#readChain(
      'or',
      () => this.#readAnd(),
      (one, other) => one || other,
    );
  }

  #readAnd(): Filter {
    return this.#readChain(
      'and',
      () => this.#readComparison(),
      (one, other) => one && other,
    );
  }

  #readChain(word: string, read: () => Filter, join: (one: boolean, other: boolean) => boolean): Filter {
    let filter = read();
    while (this.#take(word)) {
      const [left, right] = [filter, read()];
      filter = (input) => [computed(join(left(input).some(isTrue), right(input).some(isTrue)))];
    }
    return filter;
  }

  #readComparison(): Filter {
    const left = this.#readTerm();
    const compare = comparisons[this.#peek() ?? ''];
    if (compare === undefined) return left;
    this.#at += 1;
    const right = this.#readTerm();
    return (input) =>
      left(input).flatMap((one) => right(input).map((other) => computed(compare(one.value, other.value))));
  }

  #readTerm(): Filter {
    const token = this.#next();
    if (token === '(') return this.#readSuffixes(this.#readUntil(')'));
    if (token === '.') return this.#readSuffixes(this.#readField((input) => [input]));
    if (token === '..') return this.#readSuffixes(descend);
    if (token.startsWith('"')) return constant(readString(token));
    if (/^-?\d/.test(token)) return constant(Number(token));
    if (token in words) return constant(words[token] ?? null);
    return this.#readSuffixes(this.#readCall(token));
  }

  #readUntil(end: string): Filter {
    const filter = this.readPipe();
    this.#expect(end);
    return filter;
  }

  /** What follows a dot: a name, a quoted name, or a bracket. */
  #readField(before: Filter): Filter {
    const token = this.#peek();
    if (token === undefined || !/^(?:["\w$])/.test(token) || /^\d/.test(token)) return before;
    this.#at += 1;
    const key = token.startsWith('"') ? readString(token) : token;
    this.#take('?');
    return (input) => before(input).flatMap((at) => stepInto(at, key));
  }

  #readSuffixes(start: Filter): Filter {
    let filter = start;
    for (;;) {
      if (this.#take('.')) filter = this.#readField(filter);
      else if (this.#take('[')) filter = this.#readBracket(filter);
      else return filter;
    }
  }

  #readBracket(before: Filter): Filter {
    if (this.#take(']')) {
      this.#take('?');
      return (input) => before(input).flatMap(stepIntoAll);
    }
    const token = this.#next();
    const key = token.startsWith('"') ? readString(token) : /^-?\d+$/.test(token) ? Number(token) : undefined;
    if (key === undefined) throw new UnknownJq();
    this.#expect(']');
    this.#take('?');
    return (input) => before(input).flatMap((at) => stepInto(at, key));
  }

  #readCall(name: string): Filter {
    if (name === 'not') return (input) => [computed(!isTrue(input))];
    if (name === 'select' || name === 'map' || name === 'any' || name === 'recurse') {
      if (name === 'recurse') return descend;
      this.#expect('(');
      const inner = this.#readUntil(')');
      if (name === 'select') return (input) => (inner(input).some(isTrue) ? [input] : []);
      if (name === 'map') return (input) => stepIntoAll(input).flatMap(inner);
      return (input) => [computed(stepIntoAll(input).some((at) => inner(at).some(isTrue)))];
    }
    const test = stringTests[name];
    if (test === undefined) throw new UnknownJq();
    this.#expect('(');
    const argument = this.#readUntil(')');
    return (input) => argument(input).map((at) => computed(test(input.value, at.value)));
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new UnknownJq();
    this.#at += 1;
    return token;
  }

  #take(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw new UnknownJq();
  }
}

const words: Readonly<Record<string, Json>> = { true: true, false: false, null: null };

const comparisons: Readonly<Record<string, (one: Json, other: Json) => boolean>> = {
  '==': (one, other) => JSON.stringify(one) === JSON.stringify(other),
  '!=': (one, other) => JSON.stringify(one) !== JSON.stringify(other),
  '<': (one, other) => Number(one) < Number(other),
  '<=': (one, other) => Number(one) <= Number(other),
  '>': (one, other) => Number(one) > Number(other),
  '>=': (one, other) => Number(one) >= Number(other),
};

const stringTests: Readonly<Record<string, (value: Json, argument: Json) => boolean>> = {
  test: (value, pattern) => typeof value === 'string' && typeof pattern === 'string' && new RegExp(pattern).test(value),
  startswith: (value, start) => typeof value === 'string' && typeof start === 'string' && value.startsWith(start),
  endswith: (value, end) => typeof value === 'string' && typeof end === 'string' && value.endsWith(end),
  contains: (value, part) => typeof value === 'string' && typeof part === 'string' && value.includes(part),
  has: (value, key) =>
    isObject(value) ? typeof key === 'string' && Object.hasOwn(value, key) : isList(value) && Number(key) in value,
};

function computed(value: Json): At {
  return { value, path: undefined };
}

function constant(value: Json): Filter {
  return () => [computed(value)];
}

function isTrue(at: At): boolean {
  return at.value !== null && at.value !== false;
}

function readString(token: string): string {
  // A jq string is a JSON string as far as paths need it.
  const value: unknown = JSON.parse(token);
  return typeof value === 'string' ? value : '';
}

function stepInto(at: At, key: string | number): readonly At[] {
  const { value } = at;
  if (isList(value) && typeof key === 'number') {
    const index = key < 0 ? value.length + key : key;
    return [below(at, index, value[index] ?? null)];
  }
  if (isObject(value) && typeof key === 'string') return [below(at, key, value[key] ?? null)];
  return value === null ? [below(at, key, null)] : [];
}

function stepIntoAll(at: At): readonly At[] {
  const { value } = at;
  if (isList(value)) return value.map((item, index) => below(at, index, item));
  return isObject(value) ? Object.entries(value).map(([key, item]) => below(at, key, item)) : [];
}

function descend(at: At): readonly At[] {
  return [at, ...stepIntoAll(at).flatMap(descend)];
}

function below(at: At, key: string | number, value: Json): At {
  return { value, path: at.path && [...at.path, key] };
}
