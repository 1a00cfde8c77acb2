import type { App } from '../model/app.ts';
import { isList, isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { joinPath } from '../model/place.ts';
import type { Place, RepoPath } from '../model/place.ts';
import type { RenderedObject, Rendering, RenderProblem } from '../model/rendering.ts';
import { groupOf, nameOf, namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import type { FileTree } from '../ports.ts';
import { lineIndex, placeAt } from '../yaml/locatePlace.ts';
import { isReconcilerObject, kustomizationFileNames } from './fileFacts.ts';
import type { DeclaredObject } from './fileFacts.ts';

/** Renders an app on the way to the apps in it; trouble is the rendering's own. */
export type RenderParent = (app: App, tree: FileTree, signal: AbortSignal) => Promise<Rendering>;

/** An app with what it renders to. */
export interface RenderedParent {
  readonly app: App;
  readonly rendering: Rendering;
}

/** Levels of apps in apps that are followed: a chart that renders an Application of itself has no end. */
export const deepest = 10;

/** What is said when that bound was reached. */
export const tooDeep: RenderProblem = {
  severity: 'warning',
  message: `Apps render apps more than ${String(deepest)} levels deep; what lies deeper is not shown.`,
};

/** What renderings say of the reconcilers' objects. */
export interface RenderedApps {
  readonly children: readonly DeclaredObject[];
  /** Objects of files that come out of every rendering as something else, so that nobody applies them as they are. */
  readonly replaced: ReadonlySet<DeclaredObject>;
}

/**
 * The reconcilers' objects that apps render and that stand in no file as they come out: patched by an overlay, written by a
 * chart, put into another namespace. An object that comes out as its file says is found in that file already.
 */
export async function findRenderedApps(
  parents: readonly RenderedParent[],
  declared: readonly DeclaredObject[],
  textOf: (file: RepoPath) => Promise<string>,
): Promise<RenderedApps> {
  const byFile = new Map<RepoPath, readonly DeclaredObject[]>();
  for (const each of declared) byFile.set(each.file, [...(byFile.get(each.file) ?? []), each]);
  const children: DeclaredObject[] = [];
  const changed = new Set<DeclaredObject>();
  const kept = new Set<DeclaredObject>();
  for (const parent of parents) {
    for (const rendered of parent.rendering.objects) {
      const { object, origin } = rendered;
      if (!isReconcilerObject(object) || nameOf(object) === '' || isItself(parent.app, object)) continue;
      const original = originalOf(rendered, byFile.get(origin?.path ?? '') ?? []);
      const same = original ?? declared.find((each) => isSameObject(each.object, object));
      if (same !== undefined && isEqual(same.object, object)) {
        kept.add(same);
        continue;
      }
      if (original !== undefined) changed.add(original);
      const at = original ?? (await placeOf(rendered, parent.app, textOf));
      children.push({ ...childOf(parent, rendered), file: at.file, document: at.document, place: at.place });
    }
  }
  return { children, replaced: new Set([...changed].filter((each) => !kept.has(each))) };
}

function childOf(
  { app, rendering }: RenderedParent,
  { key, object }: RenderedObject,
): Pick<DeclaredObject, 'object' | 'parent'> {
  const files = rendering.reads.flatMap(({ kind, path }) => (kind === 'file' ? [path] : []));
  return { object, parent: { app, key, files } };
}

/** An app may render the object that declares it: it manages itself. */
function isItself(app: App, object: KubeObject): boolean {
  const own = app.declared;
  return own !== undefined && own.generated === undefined && isSameObject(own.object, object);
}

function isSameObject(a: KubeObject, b: KubeObject): boolean {
  const isOfKind = groupOf(a.apiVersion) === groupOf(b.apiVersion) && a.kind === b.kind;
  return isOfKind && nameOf(a) === nameOf(b) && homeOf(a) === homeOf(b);
}

/** Of the objects of a file the one that a rendered object was made of; an overlay may have renamed it. */
function originalOf({ object }: RenderedObject, inFile: readonly DeclaredObject[]): DeclaredObject | undefined {
  const ofKind = inFile.filter((each) => each.object.kind === object.kind);
  return ofKind.find((each) => nameOf(each.object) === nameOf(object)) ?? (ofKind.length === 1 ? ofKind[0] : undefined);
}

/** Whether a reconciler would read both objects alike. */
function isEqual(a: KubeObject, b: KubeObject): boolean {
  return isSameObject(a, b) && sorted(a.spec ?? null) === sorted(b.spec ?? null);
}

const homes: Readonly<Record<string, string>> = { 'argoproj.io': 'argocd' };

/** The namespace of a reconciler's object, where it says none its reconciler's usual one. */
export function homeOf(object: KubeObject): string {
  return namespaceOf(object) ?? homes[groupOf(object.apiVersion)] ?? 'flux-system';
}

/** JSON with sorted keys: tools write maps in their own order. */
function sorted(value: Json): string {
  return JSON.stringify(value, (_, each: Json) =>
    isObject(each) && !isList(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

/** Where what a chart or generator makes is shown: its kind in the template, else the beginning of what makes it. */
async function placeOf(
  { object, origin }: RenderedObject,
  { source, declared }: App,
  textOf: (file: RepoPath) => Promise<string>,
): Promise<{ readonly file: RepoPath; readonly document: number; readonly place: Place }> {
  const folder = source.kind === 'here' ? source.path : '';
  const main = source.kind === 'here' && source.render === 'helm' ? 'Chart.yaml' : (kustomizationFileNames[0] ?? '');
  const file = origin?.path ?? declared?.file ?? joinPath(folder, main) ?? main;
  const text = await textOf(file);
  const match = new RegExp(`^kind: *["']?(${object.kind})\\b`, 'm').exec(text);
  const start = match === null ? 0 : match.index + match[0].length - object.kind.length;
  const end = match === null ? 0 : start + object.kind.length;
  return { file, document: 0, place: placeAt(file, text, start, end, lineIndex(text)) };
}
