import { stringAt, valueAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';

/** What helm-controller does with the CustomResourceDefinitions in a chart's `crds` folder. */
export type CrdPolicy = 'Skip' | 'Create' | 'CreateReplace';

/**
 * The policy of a HelmRelease's spec for one of its actions; unless said, an installation creates definitions and an
 * upgrade leaves them alone (Flux `helm-controller/docs/spec/v2/helmreleases.md`).
 */
export function crdPolicy(spec: Json | undefined, action: 'install' | 'upgrade'): CrdPolicy {
  const own = stringAt(spec, action, 'crds');
  if (own === 'Skip' || own === 'Create' || own === 'CreateReplace') return own;
  if (action === 'upgrade') return 'Skip';
  return valueAt(spec, 'install', 'skipCRDs') === true ? 'Skip' : 'Create';
}

/**
 * Whether helm-controller leaves a chart's definition as it is: an existing one unless upgrades replace it, a missing one
 * once the release is installed unless upgrades create it.
 */
export function leavesDefinition(spec: Json | undefined, isLive: boolean, isInstalled: boolean): boolean {
  const policy = crdPolicy(spec, isInstalled || isLive ? 'upgrade' : 'install');
  return isLive ? policy !== 'CreateReplace' : policy === 'Skip';
}
