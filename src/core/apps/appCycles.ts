import type { App, AppId } from '../model/app.ts';
import type { Rendering, RenderProblem } from '../model/rendering.ts';
import { groupOf, idOf, resourceKey } from '../model/resource.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import { homeOf } from './renderedApps.ts';

/** An app with what it renders to, as far as it does. */
export interface CycleSubject {
  readonly app: App;
  readonly rendering?: Rendering | undefined;
}

/**
 * Apps that render each other in a circle, each with a remark at its own manifest. An app that renders its own object
 * manages itself, which is usual and no circle.
 */
export function findAppCycles(subjects: readonly CycleSubject[]): ReadonlyMap<AppId, RenderProblem> {
  const owners = new Map<ResourceKey, App>();
  for (const { app } of subjects) {
    const key = ownKey(app);
    if (key !== undefined) owners.set(key, app);
  }
  const below = new Map(
    subjects.map(({ app, rendering }) => [
      app.id,
      (rendering?.objects ?? [])
        .flatMap(({ object }) => owners.get(homeKey(object)) ?? [])
        .filter(({ id }) => id !== app.id),
    ]),
  );
  const found = new Map<AppId, RenderProblem>();
  for (const { app } of subjects) {
    const path = pathBack(app, below);
    if (path === undefined) continue;
    const names = [app, ...path].map(({ name }) => name).join(' → ');
    const message = `This app is part of a circle of apps that render each other: ${names}.`;
    const place = app.declared?.place;
    found.set(app.id, { severity: 'warning', message, file: place?.file, line: place?.range.line });
  }
  return found;
}

/** The object that declares an app, as a parent renders it. */
function ownKey({ declared, namespace, name }: App): ResourceKey | undefined {
  if (declared === undefined || declared.generated !== undefined) return undefined;
  const { apiVersion, kind } = declared.object;
  return resourceKey({ group: groupOf(apiVersion), kind, namespace, name });
}

function homeKey(object: KubeObject): ResourceKey {
  return resourceKey({ ...idOf(object), namespace: homeOf(object) });
}

/** The shortest way from an app through what it renders back to itself. */
function pathBack(start: App, below: ReadonlyMap<AppId, readonly App[]>): readonly App[] | undefined {
  const seen = new Set<AppId>();
  let paths: readonly (readonly App[])[] = [[start]];
  while (paths.length > 0) {
    const next: (readonly App[])[] = [];
    for (const path of paths) {
      for (const app of below.get(path.at(-1)?.id ?? start.id) ?? []) {
        if (app.id === start.id) return [...path.slice(1), app];
        if (seen.has(app.id)) continue;
        seen.add(app.id);
        next.push([...path, app]);
      }
    }
    paths = next;
  }
  return undefined;
}
