import { isObject, listAt, stringAt } from '../model/json.ts';
import type { App, AppId } from '../model/app.ts';
import type { RenderProblem } from '../model/rendering.ts';

/** What a Flux app waits for before it is applied: `spec.dependsOn`, the app's own namespace where none is said. */
export function dependenciesOf({ kind, namespace, declared }: App): readonly Dependency[] {
  if (kind !== 'flux-kustomization' && kind !== 'flux-helmrelease') return [];
  return listAt(declared?.object, 'spec', 'dependsOn')
    .filter(isObject)
    .flatMap((each) => {
      const name = stringAt(each, 'name');
      return name === undefined ? [] : [{ kind, name, namespace: stringAt(each, 'namespace') || (namespace ?? '') }];
    });
}

/** An app of the same kind by name. */
export interface Dependency {
  readonly kind: App['kind'];
  readonly namespace: string;
  readonly name: string;
}

/** The trouble of apps that wait for each other in a circle: Flux never applies any of them. */
export function dependencyCircles(apps: readonly App[]): ReadonlyMap<AppId, RenderProblem> {
  const byName = new Map(apps.map((app) => [nameOf(app.kind, app.namespace ?? '', app.name), app]));
  const next = new Map(
    apps.map((app) => [
      app.id,
      dependenciesOf(app).flatMap(({ kind, namespace, name }) => byName.get(nameOf(kind, namespace, name)) ?? []),
    ]),
  );
  return new Map(
    apps.flatMap((app) => {
      const circle = wayBack(app, next);
      return circle === undefined ? [] : [[app.id, problemOf(app, circle)] as const];
    }),
  );
}

function nameOf(kind: string, namespace: string, name: string): string {
  return `${kind} ${namespace}/${name}`;
}

/** The shortest way from an app over its dependencies to itself. */
function wayBack(start: App, next: ReadonlyMap<AppId, readonly App[]>): readonly App[] | undefined {
  const seen = new Set<AppId>();
  for (let ways: readonly (readonly App[])[] = [[start]]; ways.length > 0;) {
    const longer: (readonly App[])[] = [];
    for (const way of ways) {
      for (const app of next.get((way.at(-1) ?? start).id) ?? []) {
        if (app.id === start.id) return way;
        if (!seen.has(app.id)) longer.push([...way, app]);
        seen.add(app.id);
      }
    }
    ways = longer;
  }
  return undefined;
}

function problemOf(app: App, circle: readonly App[]): RenderProblem {
  const names = [...circle, app].map(({ name }) => name).join(' → ');
  const message = `It waits for itself (dependsOn: ${names}); Flux will never apply it.`;
  return { severity: 'warning', message, file: app.declared?.file, line: app.declared?.place.range.line };
}
