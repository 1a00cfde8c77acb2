import { isObject, listAt, objectAt } from '../../core/model/json.ts';
import type { Json, JsonObject } from '../../core/model/json.ts';
import type { KubeObject } from '../../core/model/resource.ts';

/** Trees that are known at one time; what is met after that many is compared with newer ones only. */
const mostTrees = 5_000;

/**
 * Lets live objects of the same shape share what managers own of them: `fieldsV1` names fields, not values, so that all
 * Deployments of a chart have the same few trees. Parsed for each object anew they were half of what a cluster takes.
 */
export class OwnershipTrees {
  readonly #known = new Map<string, JsonObject>();

  /** The object with the trees that are known already in the place of its own. */
  share(object: KubeObject): KubeObject {
    const entries = listAt(object.metadata, 'managedFields');
    if (entries.length === 0) return object;
    const managedFields = entries.map((entry) => this.#shareEntry(entry));
    return { ...object, metadata: { ...objectAt(object, 'metadata'), managedFields } };
  }

  #shareEntry(entry: Json): Json {
    const tree = objectAt(entry, 'fieldsV1');
    return isObject(entry) && tree !== undefined ? { ...entry, fieldsV1: this.#shareTree(tree) } : entry;
  }

  #shareTree(tree: JsonObject): JsonObject {
    const text = JSON.stringify(tree);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size >= mostTrees) this.#known.clear();
    this.#known.set(text, tree);
    return tree;
  }
}
