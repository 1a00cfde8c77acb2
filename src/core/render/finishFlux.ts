import type { App } from '../model/app.ts';
import { objectAt, valueAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import type { RenderedObject, RenderProblem } from '../model/rendering.ts';
import { annotationOf, asKubeObject, describeKey, keyOf, labelOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import type { FileTree } from '../ports.ts';
import { isEncrypted } from '../diff/encrypted.ts';
import { noCluster } from './clusterView.ts';
import { collectVariables } from './fluxVariables.ts';
import type { FluxVariables } from './fluxVariables.ts';
import type { RenderAssumptions } from './renderApp.ts';
import type { Rendered } from './renderDirectory.ts';
import { substituteObject } from './substitute.ts';
import { markDiffering } from './undecided.ts';

const substituteKey = 'kustomize.toolkit.fluxcd.io/substitute';

/** What kustomize-controller does after the build: variable substitution object by object, then `commonMetadata`. */
export async function finishFlux(
  app: App,
  built: Rendered,
  tree: FileTree,
  assumptions: RenderAssumptions,
  signal: AbortSignal,
): Promise<Rendered> {
  const around = { built: built.objects, cluster: assumptions.cluster ?? noCluster };
  const variables = await collectVariables(app, tree, around, signal);
  const problems: RenderProblem[] = [...variables.problems];
  const objects = built.objects.map((rendered) =>
    substituted(app, rendered, variables, assumptions, (message) => {
      problems.push({ severity: 'error', message, file: rendered.origin?.path });
    }),
  );
  const all = [...built.problems, ...problems, ...undecryptable(app, built.objects)];
  return { objects: markUnseen(app, objects, built, variables), problems: all };
}

/** Encrypted objects without `spec.decryption`: kustomize-controller refuses to apply them. */
function undecryptable({ declared }: App, objects: readonly RenderedObject[]): readonly RenderProblem[] {
  if (objectAt(declared?.object, 'spec', 'decryption') !== undefined) return [];
  return objects
    .filter(({ object }) => isEncrypted(object))
    .map(({ key, origin }) => {
      const message = `${describeKey(key)} is encrypted by SOPS, and the Kustomization has no spec.decryption: Flux refuses to apply it.`;
      return { severity: 'warning', message, file: origin?.path ?? declared?.file };
    });
}

function substituted(
  app: App,
  rendered: RenderedObject,
  variables: FluxVariables,
  assumptions: RenderAssumptions,
  report: (message: string) => void,
): RenderedObject {
  const object = isSubstituted(rendered.object, variables)
    ? substituteObject(rendered.object, lookupWith(variables, assumptions), report)
    : rendered.object;
  return stamped(rendered, object, objectAt(app.declared?.object, 'spec', 'commonMetadata'));
}

/** Marks what variables from outside the repository may decide: every field that another value of theirs changes. */
function markUnseen(
  app: App,
  objects: readonly RenderedObject[],
  built: Rendered,
  variables: FluxVariables,
): readonly RenderedObject[] {
  const { unseen } = variables;
  if (unseen.length === 0) return objects;
  const why = `Variables come from the ${unseen.join(' and the ')}, which is not in the repository.`;
  return objects.map((each, index) => {
    const before = built.objects[index];
    const other = before && substituted(app, before, variables, { unseenVariables: 'plumbunseen' }, () => undefined);
    // Another name makes it another object for `markDiffering`; here it is known to be the same.
    return other === undefined ? each : (markDiffering([each], [{ ...other, key: each.key }], why)[0] ?? each);
  });
}

/** `spec.commonMetadata` on objects that need no substitution; definitions from a chart's `crds` folder get none. */
export function withCommonMetadata(app: App, built: Rendered): Rendered {
  const common = objectAt(app.declared?.object, 'spec', 'commonMetadata');
  return common === undefined
    ? built
    : { ...built, objects: built.objects.map((each) => (each.isChartCrd ? each : stamped(each, each.object, common))) };
}

function lookupWith(
  variables: FluxVariables,
  { unseenVariables }: RenderAssumptions,
): (name: string) => string | undefined {
  return (name) => {
    const known = variables.values.get(name);
    const isCertain = variables.unseen.length === 0 || (known?.isFinal ?? false);
    return unseenVariables === undefined || isCertain ? known?.value : unseenVariables;
  };
}

/** Without any variable the controller leaves the objects as they are, `$${x}` included. */
function isSubstituted(object: KubeObject, variables: FluxVariables): boolean {
  if (variables.values.size === 0 && variables.unseen.length === 0) return false;
  return labelOf(object, substituteKey) !== 'disabled' && annotationOf(object, substituteKey) !== 'disabled';
}

function stamped(rendered: RenderedObject, object: JsonObject, common: JsonObject | undefined): RenderedObject {
  const read = asKubeObject(object) ?? rendered.object;
  const metadata = ['labels', 'annotations'].reduce<JsonObject>((into, key) => {
    const added = objectAt(common, key);
    return added === undefined ? into : { ...into, [key]: { ...objectAt(into, key), ...added } };
  }, read.metadata);
  const result = valueAt(common) === undefined ? read : { ...read, metadata };
  return { ...rendered, object: result, key: keyOf(result) };
}
