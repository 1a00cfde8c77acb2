import * as vscode from 'vscode';
import type { App } from '../../core/model/app.ts';
import type { RepoPath } from '../../core/model/place.ts';
import { describeNeed, splitMounted } from '../../core/model/remoteNeed.ts';
import { describeKey } from '../../core/model/resource.ts';
import type { RenderedObject } from '../../core/model/rendering.ts';
import type { AppState } from '../../core/overview/state.ts';
import { editorRange, fileUri } from '../repoUris.ts';
import type { OpenRepository } from '../workspace/repositorySession.ts';
import type { CommandDeps } from './commandDeps.ts';
import { differenceOf, openRepository, pickApp, targetOf } from './pickApp.ts';

/** Opens the line that decides a difference, the file that introduces an object, or the folder an app is built from. */
export async function openSource(deps: CommandDeps, argument: unknown): Promise<void> {
  const repository = await openRepository(deps);
  const found = await differenceOf(deps, argument);
  if (found?.difference.provenance?.kind === 'proven') {
    const { file, range } = found.difference.provenance.place;
    return showFile(fileUri(repository.reader.root, file), editorRange(range));
  }
  const target = targetOf(deps, argument);
  if (target?.kind === 'object' || target?.kind === 'difference') return openObjectSource(deps, argument);
  const state = await pickApp(deps, argument);
  if (state !== undefined) await openAppSource(repository, state.app);
}

/** Opens the manifest that declares an app; of a bare folder its kustomization. */
export async function openManifest(deps: CommandDeps, argument: unknown): Promise<void> {
  const repository = await openRepository(deps);
  const state = await pickApp(deps, argument);
  if (state === undefined) return;
  const { declared } = state.app;
  if (declared === undefined) return openAppSource(repository, state.app);
  await showFile(fileUri(repository.reader.root, declared.file), editorRange(declared.place.range));
}

/** Opens the file that introduces an object of an app. */
export async function openObjectSource(deps: CommandDeps, argument: unknown): Promise<void> {
  const repository = await openRepository(deps);
  const state = await pickApp(deps, argument);
  if (state === undefined) return;
  const rendered = await renderedObjects(repository, state);
  const target = targetOf(deps, argument);
  const isObject = target !== undefined && 'object' in target && target.app === state.app.id;
  const object = isObject ? rendered.find(({ key }) => key === target.object) : await pickRendered(rendered);
  const file = object?.origin?.path ?? object?.origin?.configuredIn;
  const fetched = file === undefined ? undefined : splitMounted(file);
  if (fetched !== undefined) {
    const said = vscode.l10n.t('It comes from {0} of what was fetched, not from this repository.', fetched.rest);
    void vscode.window.showInformationMessage(said);
    return;
  }
  if (file !== undefined) return showFile(fileUri(repository.reader.root, file));
  if (object === undefined && !isObject) return;
  void vscode.window.showInformationMessage(
    object === undefined
      ? vscode.l10n.t('Git does not declare this object.')
      : vscode.l10n.t('The renderer does not say which file introduces {0}.', describeKey(object.key)),
  );
}

/** Shows a file, with a range selected when one is known. */
export async function showFile(uri: vscode.Uri, selection?: vscode.Range): Promise<void> {
  const options = selection === undefined ? { preview: true } : { preview: true, selection };
  await vscode.window.showTextDocument(uri, options);
}

async function openAppSource({ reader }: OpenRepository, { source, name }: App): Promise<void> {
  if (source.kind !== 'here') {
    const why = source.kind === 'elsewhere' ? vscode.l10n.t('{0} comes from {1}.', name, source.what) : source.why;
    void vscode.window.showInformationMessage(why);
    return;
  }
  if (source.remote !== undefined) {
    const from = describeNeed(source.remote);
    void vscode.window.showInformationMessage(vscode.l10n.t('{0} comes from {1}.', name, from));
    return;
  }
  const file = await firstFile(reader.root, source.path);
  if (file === undefined) {
    void vscode.window.showWarningMessage(vscode.l10n.t('{0} does not exist in this repository.', source.path || '.'));
  } else if (file === source.path) {
    await vscode.commands.executeCommand('revealInExplorer', fileUri(reader.root, file));
  } else {
    await showFile(fileUri(reader.root, file));
  }
}

const kustomizations = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const;

/** The kustomization of a folder, or the folder itself when it has none. */
async function firstFile(root: string, folder: RepoPath): Promise<RepoPath | undefined> {
  try {
    const entries = new Set((await vscode.workspace.fs.readDirectory(fileUri(root, folder))).map(([name]) => name));
    const found = kustomizations.find((name) => entries.has(name));
    return found === undefined ? folder : [folder, found].filter(Boolean).join('/');
  } catch {
    return undefined;
  }
}

async function renderedObjects({ overview }: OpenRepository, { app }: AppState): Promise<readonly RenderedObject[]> {
  const rendering = await overview.renderApp(app.id, 'buffers', new AbortController().signal);
  return rendering?.objects ?? [];
}

async function pickRendered(objects: readonly RenderedObject[]): Promise<RenderedObject | undefined> {
  const items = objects.map((object) => ({
    label: describeKey(object.key),
    description: object.origin?.path ?? '',
    object,
  }));
  const choice = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Which object?') });
  return choice?.object;
}
