import type { HubFacts } from '../apps/hubFacts.ts';
import { placeInObject } from '../apps/placeInObject.ts';
import { projectDenials } from '../apps/projectLimits.ts';
import type { App } from '../model/app.ts';
import { stringAt } from '../model/json.ts';
import type { Rendering, RenderProblem } from '../model/rendering.ts';
import { nameOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import type { FileTree } from '../ports.ts';

/** The AppProjects that can be looked at. */
export interface KnownProjects {
  /** Of the repository, as the buffers declare them; these count before the cluster's. */
  readonly declared: readonly KubeObject[];
  readonly hub: HubFacts | undefined;
}

/** What an app's AppProject does not allow of what it renders to, each at its line in the Application. */
export async function projectProblems(
  app: App,
  rendering: Rendering | undefined,
  { declared: projects, hub }: KnownProjects,
  tree: FileTree,
  signal: AbortSignal,
): Promise<readonly RenderProblem[]> {
  const { declared } = app;
  if (app.kind !== 'argo-application' || declared === undefined) return [];
  const name = stringAt(declared.object, 'spec', 'project') || 'default';
  const isNamed = (object: KubeObject): boolean => nameOf(object) === name;
  const project = projects.find(isNamed) ?? hub?.projects?.find(isNamed);
  const denials =
    project === undefined
      ? missing(name, hub)
      : projectDenials({ app, project, objects: rendering?.objects ?? [], clusters: hub?.clusters });
  if (denials.length === 0) return [];
  const content = await tree.read(declared.file, signal);
  const text = content && new TextDecoder().decode(content);
  const start = declared.generated === undefined ? '' : '/spec/template';
  return denials.map(({ path, message }) => {
    const place = placeInObject(declared, `${start}${path}`, () => text);
    return { severity: 'error', code: 'project.denied', message, ...place };
  });
}

/** Only a hub that lists its projects can say that there is none; the project `default` is always there. */
function missing(
  name: string,
  hub: HubFacts | undefined,
): readonly { readonly path: string; readonly message: string }[] {
  if (name === 'default' || hub?.projects === undefined) return [];
  const message = `There is no project ${name}: neither the repository nor the cluster has an AppProject of this name.`;
  return [{ path: '/spec/project', message }];
}
