import * as vscode from 'vscode';
import type { AppId } from '../../core/model/app.ts';
import { describeKey, parseKey } from '../../core/model/resource.ts';
import type { ResourceKey } from '../../core/model/resource.ts';
import type { AppState } from '../../core/overview/state.ts';
import { findVerdict } from '../../core/policy/policyVerdict.ts';
import { documentUri } from '../documents/objectDocuments.ts';
import type { RowTarget } from '../views/row.ts';
import { editorRange, fileUri } from '../repoUris.ts';
import type { RepositorySession } from '../workspace/repositorySession.ts';
import type { CommandDeps } from './commandDeps.ts';
import { clickedTarget, openRepository, pickApp, targetOf } from './pickApp.ts';
import { openManifest, openSource, showFile } from './sourceCommands.ts';

/** Opens what a row is about: a difference at its line, an object as a comparison, an app at its manifest. */
export async function openRow(deps: CommandDeps, argument: unknown): Promise<void> {
  const target = clickedTarget(deps, argument);
  const { reader } = await openRepository(deps);
  switch (target?.kind) {
    case 'difference':
      return openDifference(deps, target, argument);
    case 'verdict':
      return openVerdict(deps, target, argument);
    case 'object':
      return compareWithCluster(deps, argument);
    case 'app':
      return openManifest(deps, argument);
    case 'file': {
      const at = new vscode.Position(target.line - 1, target.column - 1);
      await showFile(fileUri(reader.root, target.file), new vscode.Range(at, at));
      return;
    }
    case 'cluster':
    case undefined:
      return;
  }
}

/** Shows an object as the cluster runs it beside what Git declares. */
export async function compareWithCluster(deps: CommandDeps, argument: unknown): Promise<void> {
  const state = await pickApp(deps, argument);
  if (state === undefined) return;
  const target = targetOf(deps, argument);
  const isObject = target !== undefined && 'object' in target && target.app === state.app.id;
  const object = isObject ? target.object : await pickObject(state);
  if (object === undefined) return;
  await showComparison(state, object);
}

/** Opens the diff editor over the live and the rendered form of an object; without a cluster the rendered form alone. */
async function showComparison({ app, objectsContext: context }: AppState, object: ResourceKey): Promise<void> {
  const rendered = documentUri({ kind: 'rendered', app: app.id, object, side: 'buffers' });
  if (context === undefined) {
    await showDocument(rendered);
    vscode.window.setStatusBarMessage(vscode.l10n.t('No cluster runs {0}; this is what Git declares.', app.name), 8000);
    return;
  }
  const live = documentUri({ kind: 'live', context, object, app: app.id });
  const title = vscode.l10n.t('{0}: {1} ↔ Git', describeKey(object), context);
  await vscode.commands.executeCommand('vscode.diff', live, rendered, title, { preview: true });
}

/** Shows an object as the cluster holds it, defaults included. */
export async function showLive(deps: CommandDeps, argument: unknown): Promise<void> {
  const state = await pickApp(deps, argument);
  if (state?.objectsContext === undefined) return;
  const target = targetOf(deps, argument);
  const isObject = target !== undefined && 'object' in target && target.app === state.app.id;
  const object = isObject ? target.object : await pickObject(state);
  if (object !== undefined) await showDocument(documentUri({ kind: 'live', context: state.objectsContext, object }));
}

/** Compares an object of an app, both given by their ids; does nothing for an app that is gone. */
export async function compareObject(session: RepositorySession, app: AppId, object: ResourceKey): Promise<void> {
  const state = session.state?.apps.find((each) => each.app.id === app);
  if (state !== undefined) await showComparison(state, object);
}

/** Shows everything that an app renders to from the texts in the editors. */
export async function showRendered(deps: CommandDeps, argument: unknown): Promise<void> {
  const state = await pickApp(deps, argument);
  if (state !== undefined) await showDocument(documentUri({ kind: 'app', app: state.app.id, side: 'buffers' }));
}

async function openDifference(
  deps: CommandDeps,
  target: Extract<RowTarget, { readonly kind: 'difference' }>,
  argument: unknown,
): Promise<void> {
  const { overview } = await openRepository(deps);
  const app = overview.state.apps.find((state) => state.app.id === target.app);
  const isProven = app?.differences.some(
    ({ object, field, provenance }) =>
      object === target.object && field?.path === target.path && provenance?.kind === 'proven',
  );
  // Without a proven line the comparison shows more than any guess at a file would.
  return isProven === true ? openSource(deps, argument) : compareWithCluster(deps, argument);
}

/** At the line that decides; where none is proven the comparison shows more than a guess at a file would. */
async function openVerdict(
  deps: CommandDeps,
  target: Extract<RowTarget, { readonly kind: 'verdict' }>,
  argument: unknown,
): Promise<void> {
  const { overview, reader } = await openRepository(deps);
  const state = overview.state.apps.find(({ app }) => app.id === target.app);
  const provenance = findVerdict(state?.policies ?? [], target.verdict)?.provenance;
  if (provenance?.kind !== 'proven') return compareWithCluster(deps, argument);
  await showFile(fileUri(reader.root, provenance.place.file), editorRange(provenance.place.range));
}

async function pickObject({ resources, differences }: AppState): Promise<ResourceKey | undefined> {
  const different = new Set(differences.map(({ object }) => object));
  const items = resources
    .map(({ key }) => {
      const { namespace } = parseKey(key);
      const mark = different.has(key) ? vscode.l10n.t('differs') : '';
      return { label: describeKey(key), description: [namespace, mark].filter(Boolean).join(' · '), key };
    })
    // What differs comes first, the rest by name.
    .toSorted((a, b) => Number(different.has(b.key)) - Number(different.has(a.key)) || a.label.localeCompare(b.label));
  if (items.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('This app renders to no objects.'));
    return undefined;
  }
  const choice = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Which object?') });
  return choice?.key;
}

async function showDocument(uri: vscode.Uri): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: true });
}
