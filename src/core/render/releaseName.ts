import type { App } from '../model/app.ts';
import { stringAt } from '../model/json.ts';
import { sha256 } from '../model/sha256.ts';

/** What Kubernetes takes as a release's name. */
const longest = 53;
const hashLength = 12;

/**
 * The name of a HelmRelease's Helm release: its own, or the object's behind the target namespace; one that is too long is
 * cut, and a hash of the whole tells it apart (Flux `helm-controller/docs/spec/v2/helmreleases.md`, Release name).
 */
export function fluxReleaseName({ declared, name }: App): string {
  const spec = declared?.object.spec;
  const target = stringAt(spec, 'targetNamespace') || undefined;
  const whole = stringAt(spec, 'releaseName') || (target === undefined ? name : `${target}-${name}`);
  if (whole.length <= longest) return whole;
  return `${whole.slice(0, longest - hashLength - 1)}-${sha256(whole).slice(0, hashLength)}`;
}
