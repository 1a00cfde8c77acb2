import * as vscode from 'vscode';
import type { AppState, OverviewState, PlacedDifference } from '../../core/overview/state.ts';
import { UserError } from '../../core/model/userError.ts';
import { appDescription, sourceName } from '../views/appWords.ts';
import { isDifferenceTarget } from '../views/row.ts';
import type { Row, RowTarget } from '../views/row.ts';
import type { OpenRepository } from '../workspace/repositorySession.ts';
import type { CommandDeps } from './commandDeps.ts';

/** The open repository; `UserError` when there is none, which a command from the palette can meet. */
export async function openRepository({ session }: CommandDeps): Promise<OpenRepository> {
  await session.start();
  const { current } = session;
  if (current !== undefined) return current;
  throw new UserError('no-repository', vscode.l10n.t('Open a folder that is in a Git repository first.'));
}

/** What a command is about: the row it was called on or the difference that the light bulb names, else the selected row. */
export function targetOf({ tree }: CommandDeps, argument: unknown): RowTarget | undefined {
  if (isDifferenceTarget(argument)) return argument;
  return rowOf(tree.row.bind(tree), argument)?.target ?? tree.selection[0]?.target;
}

/** The target of exactly the row that a menu or a click handed over. */
export function clickedTarget({ tree }: CommandDeps, argument: unknown): RowTarget | undefined {
  return rowOf(tree.row.bind(tree), argument)?.target;
}

/** The app that a command is about; asks when neither a row nor the selection says it. `undefined` when the person gives up. */
export function pickApp(deps: CommandDeps, argument: unknown): Promise<AppState | undefined> {
  return pickFittingApp(deps, argument, () => true);
}

/** The same for apps that a cluster runs by a reconciler. */
export function pickReconciledApp(deps: CommandDeps, argument: unknown): Promise<AppState | undefined> {
  return pickFittingApp(deps, argument, ({ app, context }) => context !== undefined && app.namespace !== undefined);
}

/** The same, where a question offers only some apps; the one that was clicked or selected is taken whatever it is. */
export async function pickFittingApp(
  deps: CommandDeps,
  argument: unknown,
  isOffered: (app: AppState) => boolean,
): Promise<AppState | undefined> {
  const { overview } = await openRepository(deps);
  const target = targetOf(deps, argument);
  const wanted = target !== undefined && 'app' in target ? target.app : undefined;
  const found = overview.state.apps.find(({ app }) => app.id === wanted);
  return found ?? askForApp(overview.state, isOffered);
}

/** The app and the difference behind a row; `undefined` for other rows and for differences that are gone. */
export async function differenceOf(
  deps: CommandDeps,
  argument: unknown,
): Promise<{ readonly app: AppState; readonly difference: PlacedDifference } | undefined> {
  const { overview } = await openRepository(deps);
  const target = targetOf(deps, argument);
  if (target?.kind !== 'difference') return undefined;
  const app = overview.state.apps.find((state) => state.app.id === target.app);
  const difference = app?.differences.find(
    ({ object, origin, field }) => object === target.object && origin === target.origin && field?.path === target.path,
  );
  return app === undefined || difference === undefined ? undefined : { app, difference };
}

async function askForApp(state: OverviewState, isOffered: (app: AppState) => boolean): Promise<AppState | undefined> {
  const items = state.apps.filter(isOffered).map((app) => ({
    label: app.app.name,
    description: appDescription(app, vscode.l10n.t),
    detail: app.context ?? (app.app.source.kind === 'here' ? sourceName(app.app.source) : ''),
    app,
  }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no app that this command could work on.'));
    return undefined;
  }
  const choice = await vscode.window.showQuickPick(items, {
    placeHolder: vscode.l10n.t('Which app?'),
    matchOnDescription: true,
  });
  return choice?.app;
}

function rowOf(find: (id: string) => Row | undefined, argument: unknown): Row | undefined {
  return typeof argument === 'string' ? find(argument) : undefined;
}
