import { isList, isObject, stringAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { partsOf, valueUnder } from './path.ts';
import type { Path } from './path.ts';
import { isSameQuantity } from './quantity.ts';
import { childType } from './schema/typeSchemas.ts';
import type { TypeNode } from './schema/typeSchemas.ts';

/** Tells whether the server would set a removed value again to what it is now; then only a dry-run can say what a removal changes. */
export function wouldReturn(root: Json, path: Path, type: TypeNode): boolean {
  const parts = partsOf(path);
  const value = valueUnder(root, parts);
  if (value === undefined) return false;
  return isDefaultAll(value, type) || contextual.some((rule) => rule(root, parts, value));
}

function isDefaultAll(value: Json, type: TypeNode): boolean {
  if (isObject(value)) {
    const keys = Object.keys(value);
    return keys.every((key) => isDefaultAll(value[key] ?? null, childType(type, key)));
  }
  if (isList(value)) return value.length === 0;
  return type.kind === 'scalar' && type.default !== undefined && type.default === value;
}

/** Says whether a value at reference tokens returns by a rule that looks at its neighbours. */
type ContextualRule = (root: Json, parts: readonly (string | number)[], value: Json) => boolean;

/** k8s.io/kubernetes `pkg/apis/core/v1/defaults.go` and the registries' `patchAllocatedValues`. */
const contextual: readonly ContextualRule[] = [returnsPullPolicy, returnsRequests, returnsAllocated];

function returnsPullPolicy(root: Json, parts: readonly (string | number)[], value: Json): boolean {
  if (parts.at(-1) !== 'imagePullPolicy') return false;
  const image = stringAt(valueUnder(root, parts.slice(0, -1)), 'image') ?? '';
  const name = image.slice(image.lastIndexOf('/') + 1);
  const isLatest = !name.includes('@') && (!name.includes(':') || name.endsWith(':latest'));
  return value === (isLatest ? 'Always' : 'IfNotPresent');
}

/** Requests that are not declared are taken from the limits. */
function returnsRequests(root: Json, parts: readonly (string | number)[], value: Json): boolean {
  const at = parts.lastIndexOf('requests');
  if (at < 1 || parts[at - 1] !== 'resources' || at < parts.length - 2) return false;
  const limits = valueUnder(root, [...parts.slice(0, at), 'limits']);
  const requests = isObject(value) ? value : { [String(parts.at(-1))]: value };
  return Object.entries(requests).every(([name, amount]) => {
    const limit = isObject(limits) ? limits[name] : undefined;
    return limit !== undefined && isSameQuantity(amount, limit);
  });
}

/** The server keeps what it once allocated to a Service. */
function returnsAllocated(root: Json, parts: readonly (string | number)[]): boolean {
  if (stringAt(root, 'kind') !== 'Service') return false;
  return /^(?:clusterIPs?|nodePort|healthCheckNodePort|ipFamil\w+)$/.test(String(parts.at(-1)));
}
