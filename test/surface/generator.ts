import { objectAt, stringAt } from '../../src/core/model/json.ts';
import type { Json, JsonObject } from '../../src/core/model/json.ts';
import { always, hintFor, quantity, unions, wordsFor } from './hints.ts';
import type { Random } from './random.ts';
import { schemaBelow } from './surfaceKinds.ts';
import type { Schema } from './surfaceKinds.ts';

/** What the server's refusals taught of fields, by `Type.field`. */
export class Lessons {
  readonly #probed = new Set<string>();
  readonly #forgotten = new Set<string>();
  readonly #refused = new Map<string, Set<string>>();

  refuse(key: string, value: Json): void {
    this.#refused.set(key, (this.#refused.get(key) ?? new Set()).add(JSON.stringify(value)));
  }

  /** The server dropped a value of this field without a word, as it does behind a feature gate. */
  forget(key: string): void {
    this.#forgotten.add(key);
  }

  /** True from the second time on. */
  isProbed(key: string): boolean {
    return this.#probed.has(key) || this.#probed.add(key) !== this.#probed;
  }

  get forgotten(): ReadonlySet<string> {
    return this.#forgotten;
  }

  isRefused(key: string, value: Json): boolean {
    return this.#refused.get(key)?.has(JSON.stringify(value)) === true;
  }
}

/** Chance and what was learned; `richness` is how likely an optional field is declared. */
export interface Recipe {
  readonly random: Random;
  readonly lessons: Lessons;
  readonly richness: number;
}

const noFields = new Set(['apiVersion', 'kind', 'status', 'metadata']);

/** The body of an object of a kind, identity aside. */
export function generateBody(recipe: Recipe, schema: Schema): JsonObject {
  return generateStruct(recipe, schema, 0);
}

/** A value for a schema; `key` is `Type.field`; `undefined` when there is nothing sensible to write. */
export function generateValue(recipe: Recipe, schema: Schema, key: string, depth: number): Json | undefined {
  const hint = hintFor(key);
  if (hint === 'skip') return undefined;
  const choices = hint ?? enumOf(schema.node);
  if (choices !== undefined) return pickUnrefused(recipe, key, choices);
  if (schema.name === 'Quantity') return quantity(recipe.random);
  if (schema.name === 'IntOrString') return recipe.random.pick([1, '50%', 2]);
  if (schema.name === 'Time') return '2026-01-02T03:04:05Z';
  if (schema.name === 'MicroTime') return '2026-01-02T03:04:05.100000Z';
  if (key === 'PersistentVolumeClaim.metadata') return { name: recipe.random.pick(['data', 'log']) };
  if (schema.name === 'ObjectMeta') return { labels: { app: 'surface' }, annotations: { 'example.com/note': 'x' } };
  return generators[stringAt(schema.node, 'type') ?? 'object']?.(recipe, schema, key, depth);
}

type Generate = (recipe: Recipe, schema: Schema, key: string, depth: number) => Json | undefined;

const generators: Readonly<Record<string, Generate>> = {
  object: (recipe, schema, key, depth) =>
    schema.node.additionalProperties === undefined
      ? generateStruct(recipe, schema, depth)
      : generateMap(recipe, schema, key, depth),
  array: generateList,
  string: (recipe, { node }, key) => {
    if (node.format === 'byte') return recipe.random.pick(['c3VyZmFjZQ==', 'c3VyZmFj\nZQ==', 'AA==']);
    return pickUnrefused(recipe, key, wordsFor(fieldOf(key)), 'first');
  },
  integer: (recipe, _schema, key) => pickUnrefused(recipe, key, integersFor(fieldOf(key))),
  number: (recipe) => recipe.random.pick([1, 1.5]),
  boolean: (recipe, _schema, key) => pickUnrefused(recipe, key, [true, false]),
};

function integersFor(field: string): readonly number[] {
  if (/port/i.test(field)) return [8080, 8443];
  if (/mode$/i.test(field)) return [0o400, 0o644];
  return /replicas$/i.test(field) ? [1, 2, 0] : [1, 2, 3, 10, 30, 100, 0];
}

function fieldOf(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

function enumOf(node: JsonObject): readonly Json[] | undefined {
  return Array.isArray(node.enum) ? node.enum : undefined;
}

/** Values that were refused are not tried again; `first` prefers the front of the list. */
function pickUnrefused(recipe: Recipe, key: string, values: readonly Json[], order?: 'first'): Json | undefined {
  const open = values.filter((value) => !recipe.lessons.isRefused(key, value));
  // What was refused in one object may serve in another.
  if (open.length === 0) return recipe.random.pick(values);
  return order === 'first' ? open[0] : recipe.random.pick(open);
}

function generateStruct(recipe: Recipe, schema: Schema, depth: number): JsonObject {
  const properties = objectAt(schema.node, 'properties') ?? {};
  const required = new Set(Array.isArray(schema.node.required) ? schema.node.required : []);
  const made: Record<string, Json> = {};
  for (const field of chosenFields(recipe, schema, Object.keys(properties), required, depth)) {
    if (depth === 0 && noFields.has(field)) continue;
    const below = schemaBelow(schema, field);
    const value = below && generateValue(recipe, below, `${schema.name}.${field}`, depth + 1);
    if (value !== undefined) made[field] = value;
  }
  return made;
}

/** Deep structs are declared more sparsely, so that objects stay of a size that people write. */
function chosenFields(
  { random, richness }: Recipe,
  schema: Schema,
  fields: readonly string[],
  required: ReadonlySet<Json>,
  depth: number,
): readonly string[] {
  const member = unions.has(schema.name) ? unionMember(random, schema, fields) : undefined;
  const shallow = depth === 0 && richness > 0 ? 1 : richness;
  const likely = depth > 9 ? 0 : shallow * (depth > 6 ? 0.5 : depth > 3 ? 0.75 : 1);
  return fields.filter((field) => {
    if (required.has(field) || field === member || always.has(`${schema.name}.${field}`)) return true;
    if (member !== undefined && isStruct(schema, field)) return false;
    return random.isLikely(likely);
  });
}

function unionMember(random: Random, schema: Schema, fields: readonly string[]): string | undefined {
  const members = fields.filter((field) => isStruct(schema, field) && hintFor(`${schema.name}.${field}`) !== 'skip');
  return members.length === 0 ? undefined : random.pick(members);
}

function isStruct(schema: Schema, field: string): boolean {
  return schemaBelow(schema, field)?.node.properties !== undefined;
}

function generateMap(recipe: Recipe, schema: Schema, key: string, depth: number): Json | undefined {
  const values = schemaBelow(schema, 'x');
  if (values === undefined) return {};
  const names = values.name === 'Quantity' ? recipe.random.pick([['cpu'], ['cpu', 'memory']]) : ['one', 'two-b'];
  const made = names.flatMap((name) => {
    const value = generateValue(recipe, values, `${key}{}`, depth + 1);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(made);
}

function generateList(recipe: Recipe, schema: Schema, key: string, depth: number): Json | undefined {
  const items = schemaBelow(schema, 0);
  if (items === undefined) return [];
  const amount = depth > 6 ? 1 : recipe.random.pick([1, 1, 2]);
  const made: Json[] = [];
  for (let index = 0; index < amount; index += 1) {
    const item = generateValue(recipe, items, `${key}[]`, depth + 1);
    if (item !== undefined) made.push(numbered(item, index));
  }
  return made.length === 0 ? undefined : made;
}

/** Items of one list bear different names and ports. */
function numbered(item: Json, index: number): Json {
  if (index === 0) return item;
  if (typeof item === 'string') return item === 'surface' ? `surface-${index}` : item;
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  const made: Record<string, Json> = {};
  for (const [field, value] of Object.entries(item)) {
    if (/^(?:name|key|mountPath|devicePath)$/.test(field) && typeof value === 'string')
      made[field] = `${value}${index}`;
    else if (/^(?:port|containerPort|hostPort)$/.test(field) && typeof value === 'number') made[field] = value + index;
    else made[field] = value;
  }
  return made;
}
