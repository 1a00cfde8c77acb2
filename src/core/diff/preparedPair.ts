import type { KubeObject } from '../model/resource.ts';
import { withoutAdmitted } from './admission.ts';
import type { DiffInput } from './diffInput.ts';
import { withoutSops } from './encrypted.ts';
import { managedEntries } from './managedFields.ts';
import type { ManagedEntry } from './managedFields.ts';
import type { TypeNode } from './schema/typeSchemas.ts';
import { foldStringData, reduceSecret } from './secrets.ts';
import type { FoldedSecret } from './secrets.ts';
import { stampsOf, withStamps } from './stamps.ts';

/** Both sides as they are compared. */
export interface PreparedPair {
  readonly desired: KubeObject;
  readonly live: KubeObject;
  readonly type: TypeNode | undefined;
  readonly isBuiltIn: boolean;
  readonly folded: FoldedSecret;
  readonly entries: readonly ManagedEntry[];
}

/** Makes both sides comparable: the tool's stamps on, SOPS' metadata off, Secret values as the API or the edge holds them. */
export function preparePair(input: DiffInput, rendered: KubeObject, live: KubeObject): PreparedPair {
  const stamped = withStamps(withoutSops(rendered), stampsOf(input, rendered));
  const reduced = input.hasher === undefined ? stamped : reduceSecret(stamped, input.hasher);
  const folded = foldStringData(reduced, input.hasher !== undefined);
  const type = input.schemas.typeOf(rendered.apiVersion, rendered.kind);
  return {
    desired: folded.object,
    live: withoutAdmitted(folded.object, live),
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
