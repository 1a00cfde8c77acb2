import { isObject } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/resource.ts';
import { isCovered } from './coverage.ts';
import { isServerSide } from './diffInput.ts';
import type { DiffInput } from './diffInput.ts';
import { isEmpty } from './emptiness.ts';
import { holdingsOf } from './holdings.ts';
import { pathOf } from './path.ts';
import type { PreparedPair } from './preparedPair.ts';
import { findRemovals } from './removals.ts';
import { anyType, childType } from './schema/typeSchemas.ts';
import type { TypeNode } from './schema/typeSchemas.ts';
import { isSecret, lastAppliedAnnotation } from './secrets.ts';
import { compareNode } from './walk.ts';
import type { RawFinding } from './walk.ts';
import { without } from './without.ts';

/** All that differs between two prepared sides: what Git declares and live lacks, and what Git dropped and live still has. */
export function searchPair(input: DiffInput, pair: PreparedPair): readonly RawFinding[] {
  return [...findDifferences(input, pair), ...findLeftovers(input, pair)];
}

/** Root fields and metadata that identify an object or belong to the server. */
const uncomparedRoots: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status']);
const comparedMetadata = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

function findDifferences(input: DiffInput, pair: PreparedPair): readonly RawFinding[] {
  const found: RawFinding[] = [];
  const walk = {
    dropsNulls: input.manager.tool === 'flux-kustomize' && pair.isBuiltIn,
    replacesAtomicMaps: isServerSide(input.manager.tool),
    root: pair.live,
    emit: (finding: RawFinding) => found.push(finding),
  };
  const { desired, live } = pair;
  const root = pair.type ?? anyType;
  const isTokens = input.hasher !== undefined && isSecret(desired);
  for (const key in desired) {
    if (uncomparedRoots.has(key)) continue;
    const at = pathOf(key);
    const type = key === 'data' && isTokens ? tokenMap : childType(root, key);
    compareNode(walk, desired[key], live[key], type, at, at);
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
  const root = pair.type ?? anyType;
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
  const compared = without(object, 'apiVersion', 'kind', 'status', 'metadata');
  return isEmpty(metadata) ? compared : { ...compared, metadata };
}

/** A reduced Secret's values are tokens, whose own form means nothing. */
const tokenMap: TypeNode = {
  kind: 'map',
  values: { kind: 'scalar', of: 'string', zero: 'different' },
  isAtomic: false,
};
