import type { App } from '../model/app.ts';
import { objectAt, valueAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import type { RenderedObject, RenderProblem } from '../model/rendering.ts';
import { annotationOf, asKubeObject, keyOf, labelOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import type { FileTree } from '../ports.ts';
import { collectVariables } from './fluxVariables.ts';
import type { FluxVariables } from './fluxVariables.ts';
import type { RenderAssumptions } from './renderApp.ts';
import type { Rendered } from './renderDirectory.ts';
import { substituteObject } from './substitute.ts';

const substituteKey = 'kustomize.toolkit.fluxcd.io/substitute';

/** What kustomize-controller does after the build: variable substitution object by object, then `commonMetadata`. */
export async function finishFlux(
  app: App,
  built: Rendered,
  tree: FileTree,
  assumptions: RenderAssumptions,
  signal: AbortSignal,
): Promise<Rendered> {
  const variables = await collectVariables(app, tree, signal);
  const problems: RenderProblem[] = [...variables.problems];
  const lookup = lookupWith(variables, assumptions);
  const objects = built.objects.map((rendered) => {
    const substituted = isSubstituted(rendered.object, variables)
      ? substituteObject(rendered.object, lookup, (message) =>
          problems.push({ severity: 'error', message, file: rendered.origin?.path }),
        )
      : rendered.object;
    return stamped(rendered, substituted, objectAt(app.declared?.object, 'spec', 'commonMetadata'));
  });
  return { objects, problems: [...built.problems, ...problems] };
}

/** `spec.commonMetadata` on objects that need no substitution. */
export function withCommonMetadata(app: App, built: Rendered): Rendered {
  const common = objectAt(app.declared?.object, 'spec', 'commonMetadata');
  return common === undefined
    ? built
    : { ...built, objects: built.objects.map((each) => stamped(each, each.object, common)) };
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
