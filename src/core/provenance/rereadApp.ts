import { readFileFacts } from '../apps/fileFacts.ts';
import type { DeclaredObject } from '../apps/fileFacts.ts';
import { readApp } from '../apps/readApp.ts';
import type { AppSurroundings } from '../apps/readApp.ts';
import { readApplicationSet } from '../apps/readApplicationSet.ts';
import type { App, AppDeclaration, AppSource, GeneratedFrom, SourceRender } from '../model/app.ts';
import type { RepoPath } from '../model/place.ts';
import { idOf } from '../model/resource.ts';
import type { FileTree, RenderEngine } from '../ports.ts';
import { renderApp } from '../render/renderApp.ts';

/** A tree after an edit, and what renders it. */
export interface EditedTree {
  readonly tree: FileTree;
  readonly engine: RenderEngine;
}

/** The app as its own manifest declares it after an edit; `undefined` when it is no longer there. */
export async function rereadApp(
  app: App,
  texts: ReadonlyMap<RepoPath, string>,
  edited: EditedTree,
  signal: AbortSignal,
): Promise<App | undefined> {
  const { declared, source } = app;
  if (declared === undefined || source.kind !== 'here') return app;
  const { generated, parent, file } = declared;
  if (generated !== undefined && generated.index === undefined) return app;
  const inputs = [file, ...(generated?.from ?? []).map((each) => each.file ?? ''), ...(parent?.files ?? [])];
  if (!inputs.some((each) => texts.has(each))) return app;
  const object = await redeclare(declared, texts, edited, signal);
  if (object === undefined) return undefined;
  const around = surroundingsOf(source);
  if (generated !== undefined) return regenerate(object, generated, around, edited, signal);
  const reread = readApp(object, around);
  // A chart that another object names cannot be found again without that object; it stays what it was.
  if (reread?.source.kind === 'unsupported') return { ...reread, source };
  // What the source makes of the repository is written in the source's own object.
  return reread?.source.kind === 'here'
    ? { ...reread, source: { ...reread.source, checkout: source.checkout } }
    : reread;
}

/** The app's object, or that of its set, after an edit: in its file, or in what its parent renders then. */
async function redeclare(
  declared: AppDeclaration,
  texts: ReadonlyMap<RepoPath, string>,
  { tree, engine }: EditedTree,
  signal: AbortSignal,
): Promise<DeclaredObject | undefined> {
  const { parent, generated, object } = declared;
  if (parent !== undefined) {
    const app = await rereadApp(parent.app, texts, { tree, engine }, signal);
    const rendering = app && (await renderApp(app, tree, engine, signal));
    const found = rendering?.objects.find(({ key }) => key === parent.key)?.object;
    return found && { ...declared, object: found };
  }
  const content = await tree.read(declared.file, signal);
  const kind = generated === undefined ? object.kind : 'ApplicationSet';
  const candidates = declaredIn(declared, new TextDecoder().decode(content ?? new Uint8Array()), kind);
  const name = generated?.set ?? idOf(object).name;
  const found = candidates.find((each) => idOf(each.object).name === name);
  return found ?? (generated === undefined && candidates.length === 1 ? candidates[0] : undefined);
}

/** The objects of a kind in the app's document of an edited file. */
function declaredIn({ file, document }: AppDeclaration, text: string, kind: string): readonly DeclaredObject[] {
  return readFileFacts(file, text).declared.filter((each) => each.document === document && each.object.kind === kind);
}

/** An edit of one scalar makes no other folders, and the app's sources stay in this repository. */
function surroundingsOf(source: Extract<AppSource, { kind: 'here' }>): AppSurroundings {
  const kinds = new Map([source, ...(source.others ?? [])].map((each) => [each.path, each.render]));
  const folderKind = (path: RepoPath): SourceRender => kinds.get(path) ?? source.render;
  return { isHere: () => true, folderKind, findSource: () => undefined };
}

/** An Application that a set makes: the set is asked again. */
async function regenerate(
  set: DeclaredObject,
  { index, clusters }: GeneratedFrom,
  around: AppSurroundings,
  { tree, engine }: EditedTree,
  signal: AbortSignal,
): Promise<App | undefined> {
  const reply = await engine.applicationSet({ set: set.object, clusters }, tree, signal);
  const hub = clusters && { clusters, generated: [] };
  const made = readApplicationSet(set, reply, { around, hub, textOf: () => undefined });
  return made.find((each) => each.declared?.generated?.index === index);
}
