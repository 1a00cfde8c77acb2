import { isList, isObject } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { Remark } from '../model/difference.ts';
import { pointerOf, wordsOfPath } from '../model/words.ts';
import type { PreparedPair } from './preparedPair.ts';
import type { DiffInput } from './diffInput.ts';
import { isEmpty } from './emptiness.ts';
import type { PlacedFinding } from './findings.ts';
import type { Tokens } from './jqPaths.ts';
import { itemKey } from './keyedLists.ts';
import { isOwnedLeaf, ownedChild } from './managedFields.ts';
import type { ManagedEntry } from './managedFields.ts';
import { readOnce } from './readOnce.ts';
import { childType } from './schema/typeSchemas.ts';
import type { TypeNode } from './schema/typeSchemas.ts';
import { without } from './without.ts';

/** Controllers that fill objects in as a matter of course; what they write is not worth a word. */
const systemManagers =
  /^(?:kube-controller-manager|kube-scheduler|kube-apiserver|kubelet|cloud-controller-manager|cert-manager-cainjector|.*-csi-.*|.*-provisioner)$/;

/** Undeclared fields that somebody else wrote: no drift, since an apply leaves them, but worth knowing. */
export function unmanagedChanges(
  input: DiffInput,
  pair: PreparedPair,
  own: readonly PlacedFinding[],
): readonly Remark[] {
  const root = pair.type;
  if (root === undefined) return [];
  return pair.entries
    .filter((entry) => isForeign(entry, input))
    .flatMap((entry) => {
      const paths: Tokens[] = [];
      const fields = without(entry.fields, 'f:status');
      collect(fields, pair.live, pair.desired, root, [], paths);
      return paths.filter((path) => !own.some((finding) => isTold(path, finding))).map((path) => remark(entry, path));
    });
}

function isForeign(entry: ManagedEntry, input: DiffInput): boolean {
  return (
    entry.subresource === undefined &&
    entry.manager !== input.manager.fieldManager &&
    !systemManagers.test(entry.manager)
  );
}

/** Whoever creates an object by an update owns every default of it: one remark for all objects saves most of the memory. */
const remarks = new Map<string, Remark>();

function remark({ manager }: ManagedEntry, path: Tokens): Remark {
  const pointer = pointerOf(path);
  return readOnce(remarks, `${manager} ${pointer}`, () => {
    const message = `${manager} set ${wordsOfPath(pointer)}, which Git does not declare.`;
    return { kind: 'unmanaged-change', path: pointer, message };
  });
}

/** An item whose key was changed is told by that change. */
function isTold(path: Tokens, { change, livePlace }: PlacedFinding): boolean {
  return isWithin(path, livePlace) || (change === 'modify' && isWithin(livePlace, path));
}

function isWithin(path: Tokens, other: Tokens): boolean {
  return other.every((part, index) => part === path[index]);
}

/** The highest nodes that the entry holds and desired lacks. */
function collect(
  fields: JsonObject,
  live: Json,
  desired: Json | undefined,
  type: TypeNode,
  at: Tokens,
  into: Tokens[],
): void {
  if (isOwnedLeaf(fields)) return;
  const keys = isList(live) ? [...live.keys()] : isObject(live) ? Object.keys(live) : [];
  for (const key of keys) {
    const below = ownedChild(fields, live, key);
    const value = isList(live) ? live[Number(key)] : isObject(live) ? live[key] : undefined;
    if (below === undefined || value === undefined || isServerField(at, key)) continue;
    const child = declaredChild(desired, value, key, type);
    if (isEmpty(child) && !isObject(child)) into.push([...at, key]);
    else collect(below, value, child, childType(type, key), [...at, key], into);
  }
}

function declaredChild(desired: Json | undefined, live: Json, key: string | number, type: TypeNode): Json | undefined {
  if (isObject(desired)) return desired[key];
  if (!isList(desired) || type.kind !== 'list') return undefined;
  return desired.find((item) => itemKey(type, item) === itemKey(type, live));
}

function isServerField(at: Tokens, key: string | number): boolean {
  if (at.length === 1 && at[0] === 'metadata') return key !== 'labels' && key !== 'annotations';
  return at.length === 2 && at[0] === 'metadata' && String(key).startsWith('kubectl.kubernetes.io/last-applied');
}
