import { isObject, objectAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { ObjectDiff, Remark, Verdict } from '../model/difference.ts';
import type { KubeObject } from '../model/resource.ts';
import { pointerOf } from '../model/words.ts';
import { confirmByDryRun } from './confirm.ts';
import { isCovered } from './coverage.ts';
import { isServerSide } from './diffInput.ts';
import type { DiffInput } from './diffInput.ts';
import { isEmpty } from './emptiness.ts';
import { isHeldByRight } from './externalWriters.ts';
import { toDifference } from './findings.ts';
import type { PlacedFinding } from './findings.ts';
import { ignoringFor, isIgnoredAll } from './ignoreRules.ts';
import type { Ignoring } from './ignoreRules.ts';
import { judgeUncompared } from './judgeUncompared.ts';
import { managedEntries, writerAt } from './managedFields.ts';
import type { ManagedEntry } from './managedFields.ts';
import { partsOf, pathOf } from './path.ts';
import { findRemovals } from './removals.ts';
import { holdingsOf } from './holdings.ts';
import { remarksOf } from './remarks.ts';
import { anyType, childType } from './schema/typeSchemas.ts';
import type { ObjectType } from './schema/typeSchemas.ts';
import { foldStringData, lastAppliedAnnotation, reduceSecret } from './secrets.ts';
import type { FoldedSecret } from './secrets.ts';
import { stampsOf, withStamps } from './stamps.ts';
import { unstablePaths } from './unstable.ts';
import { without } from './without.ts';
import { compareNode } from './walk.ts';
import type { RawFinding } from './walk.ts';

/**
 * Says whether live is what Git declares, and if not, field by field, by the rules of the diff cases: declared fields
 * only; removals only where it is proven that Git once declared them; values by their field's format. Pure and stateless.
 */
export function compareObject(input: DiffInput): ObjectDiff {
  const judged = judgeUncompared(input);
  if (judged !== undefined) return judged;
  const { desired, live } = input;
  if (desired === undefined || live === undefined) return { verdict: 'unknown', fields: [], remarks: [] };
  const pair = prepare(input, desired, live);
  const raw = [...findDifferences(input, pair), ...findLeftovers(input, pair)];
  const placed = raw.map((finding) => placeFinding(finding, pair, input));
  return judge(input, pair, placed);
}

/** Both sides as they are compared. */
export interface PreparedPair {
  readonly desired: KubeObject;
  readonly live: KubeObject;
  readonly type: ObjectType | undefined;
  readonly isBuiltIn: boolean;
  readonly folded: FoldedSecret;
  readonly entries: readonly ManagedEntry[];
}

function prepare(input: DiffInput, rendered: KubeObject, live: KubeObject): PreparedPair {
  const stamped = withStamps(rendered, stampsOf(input, rendered));
  const reduced = input.hasher === undefined ? stamped : reduceSecret(stamped, input.hasher);
  const folded = foldStringData(reduced, input.hasher !== undefined);
  const type = input.schemas.typeOf(rendered.apiVersion, rendered.kind);
  return {
    desired: folded.object,
    live,
    type,
    isBuiltIn: isBuiltInGroup(rendered.apiVersion),
    folded,
    entries: managedEntries(live),
  };
}

/** Groups of Kubernetes itself: no dot, or below `k8s.io` as the API review policy reserves it. */
function isBuiltInGroup(apiVersion: string): boolean {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return (
    !group.includes('.') ||
    /^(?:apiextensions|apiregistration|[\w-]+\.authorization|networking|storage|scheduling|admissionregistration|coordination|discovery|node|certificates|flowcontrol\.apiserver|events|authentication|authorization|resource)\.k8s\.io$/.test(
      group,
    )
  );
}

/** Root fields and metadata that identify an object or belong to the server. */
const uncomparedRoots: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status']);
const comparedMetadata = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

function findDifferences(input: DiffInput, pair: PreparedPair): readonly RawFinding[] {
  const found: RawFinding[] = [];
  const walk = {
    dropsNulls: input.manager.tool === 'flux-kustomize' && pair.isBuiltIn,
    replacesAtomicMaps: isServerSide(input.manager.tool),
    emit: (finding: RawFinding) => found.push(finding),
  };
  const { desired, live } = pair;
  const root = pair.type?.root ?? anyType;
  for (const key in desired) {
    if (uncomparedRoots.has(key)) continue;
    const at = pathOf(key);
    compareNode(walk, desired[key], live[key], childType(root, key), at, at);
  }
  const metadata = childType(root, 'metadata');
  for (const key of comparedMetadata) {
    const at = pathOf('metadata', key);
    compareNode(walk, desired.metadata[key], live.metadata[key], childType(metadata, key), at, at);
  }
  return found;
}

function findLeftovers(input: DiffInput, pair: PreparedPair): readonly RawFinding[] {
  const { holdings, foreign } = holdingsOf(input, pair);
  const root = pair.type?.root ?? anyType;
  const { desired, live } = pair;
  if (holdings.every((holding) => isCovered(holding, desired, root, comparedFields))) return [];
  const found: RawFinding[] = [];
  const search = {
    foreign,
    dropsNulls: input.manager.tool === 'flux-kustomize' && pair.isBuiltIn,
    root: live,
    emit: (finding: RawFinding) => found.push(finding),
  };
  findRemovals(search, holdings, comparedPart(live), comparedPart(desired), root, undefined);
  return found;
}

const comparedFields = {
  isCompared: (depth: number, parent: string, key: string): boolean => {
    if (depth === 0) return key === 'metadata' || !uncomparedRoots.has(key);
    return parent !== 'metadata' || comparedMetadata.some((each) => each === key);
  },
};

/** An object without what is never removed: identity, server fields, status, and the client's record of the last apply. */
function comparedPart(object: KubeObject): JsonObject {
  const metadata: Record<string, Json> = {};
  for (const key of comparedMetadata) {
    const value = object.metadata[key];
    const part = key === 'annotations' && isObject(value) ? without(value, lastAppliedAnnotation) : value;
    if (part !== undefined && !isEmpty(part)) metadata[key] = part;
  }
  return { ...without(object, 'apiVersion', 'kind', 'status'), metadata };
}

function placeFinding(finding: RawFinding, pair: PreparedPair, input: DiffInput): PlacedFinding {
  const { change, certainty, desired, live } = finding;
  const livePlace = partsOf(finding.livePath);
  const place = declaredPlace(partsOf(finding.path), finding, pair);
  const writer =
    change === 'add' ? undefined : writerAt(pair.entries, pair.live, livePlace, input.manager.fieldManager);
  const proof = change === 'remove' ? (writer ?? ownApplyEntry(pair, input)) : writer;
  const given = originalValue(place, desired, input);
  return { certainty, change, place, livePlace, desired: given, live, writer: proof };
}

/** A value declared as `stringData` is found there, and said as it is written. */
function declaredPlace(
  place: readonly (string | number)[],
  finding: RawFinding,
  pair: PreparedPair,
): readonly (string | number)[] {
  const [root, key] = place;
  if (finding.change === 'remove' || root !== 'data' || typeof key !== 'string') return place;
  return pair.folded.fromStringData.has(key) ? ['stringData', key] : place;
}

function originalValue(
  place: readonly (string | number)[],
  value: Json | undefined,
  input: DiffInput,
): Json | undefined {
  const [root, key] = place;
  if (root !== 'stringData' || typeof key !== 'string' || input.hasher !== undefined) return value;
  return objectAt(input.desired, 'stringData')?.[key] ?? value;
}

function ownApplyEntry(pair: PreparedPair, input: DiffInput): ManagedEntry | undefined {
  return pair.entries.find((entry) => entry.manager === input.manager.fieldManager && entry.subresource === undefined);
}

/** Sorts findings into what counts and what is only remarked, and draws the verdict. */
function judge(input: DiffInput, pair: PreparedPair, placed: readonly PlacedFinding[]): ObjectDiff {
  if (placed.length === 0 && input.app?.secondRender === undefined) {
    return { verdict: 'in-sync', fields: [], remarks: quietRemarks(input, pair) };
  }
  const ignoring = ignoringFor(input, pair.desired, pair.live);
  const unstable = unstablePaths(input);
  const ignored = placed.filter((finding) => isIgnored(ignoring, finding));
  const kept = placed.filter((finding) => !ignored.includes(finding));
  const isUnstable = (finding: PlacedFinding): boolean => unstable.has(pointerOf(finding.place));
  const external = kept.filter((finding) => isUnstable(finding) || isHeldByRight(input, pair.desired, finding));
  const own = kept.filter((finding) => !external.includes(finding));
  const verdict = verdictOf(own, external);
  const fields = verdict === 'external' ? external : own;
  return {
    verdict,
    ...(verdict === 'suspect' && { confirmed: confirmByDryRun(input, pair, own) }),
    fields: fields.map(toDifference),
    remarks: [
      ...(input.problems ?? []).map(toRemark),
      ...remarksOf(input, pair, { own, external, ignored, ignoring, unstable }),
    ],
  };
}

/** What is still to be said of an object without findings. */
function quietRemarks(input: DiffInput, pair: PreparedPair): readonly Remark[] {
  const nothing = { own: [], external: [], ignored: [], unstable: new Set<string>() };
  const ignoring = { paths: [], managers: [], unread: [] };
  return [...(input.problems ?? []).map(toRemark), ...remarksOf(input, pair, { ...nothing, ignoring })];
}

function toRemark(problem: {
  readonly kind: string;
  readonly message: string;
  readonly path?: string | undefined;
}): Remark {
  const { kind, message, path } = problem;
  return { kind, message, path };
}

function isIgnored(ignoring: Ignoring, finding: PlacedFinding): boolean {
  if (finding.change === 'modify' && finding.writer && ignoring.managers.includes(finding.writer.manager)) return true;
  if (ignoring.paths.length === 0) return false;
  const value = finding.change === 'remove' ? finding.live : finding.desired;
  return isIgnoredAll(ignoring, finding.place, value) || isIgnoredAll(ignoring, finding.livePlace, value);
}

function verdictOf(own: readonly PlacedFinding[], external: readonly PlacedFinding[]): Verdict {
  if (own.length === 0) return external.length > 0 ? 'external' : 'in-sync';
  if (own.some((finding) => finding.certainty === 'invalid')) return 'invalid';
  const sure = own.filter((finding) => finding.certainty === 'sure');
  if (sure.length === 0) return 'suspect';
  return sure.some((finding) => finding.change !== 'remove') ? 'modified' : 'removed';
}
