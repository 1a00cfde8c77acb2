import * as vscode from 'vscode';
import { describeKey } from '../../core/model/resource.ts';
import { wordsOfAge, wordsOfPath } from '../../core/model/words.ts';
import type { EventAnswer } from '../../core/overview/eventReader.ts';
import type { AppState, PlacedDifference } from '../../core/overview/state.ts';
import { appMarkdown } from '../views/appMarkdown.ts';
import { explanation } from '../views/explanation.ts';
import type { CommandDeps } from './commandDeps.ts';
import { compareWithCluster } from './documentCommands.ts';
import { differenceOf, openRepository, pickApp } from './pickApp.ts';
import { openSource } from './sourceCommands.ts';

/** Reads Git again and renders what changed. */
export async function refresh({ session }: CommandDeps): Promise<void> {
  await vscode.window.withProgress({ location: { viewId: 'plumbline.apps' } }, () => session.refresh());
}

/** Shows the log. */
export function showOutput({ output }: CommandDeps): Promise<void> {
  output.show();
  return Promise.resolve();
}

/** Opens the Change & Sync panel of an app. */
export async function changeAndSync(deps: CommandDeps, argument: unknown): Promise<void> {
  const state = await pickApp(deps, argument);
  if (state !== undefined) await deps.openPanel(state.app.id);
}

/** Puts an app with its differences on the clipboard, for a pull request or a chat. */
export async function copyMarkdown(deps: CommandDeps, argument: unknown): Promise<void> {
  const state = await pickApp(deps, argument);
  if (state === undefined) return;
  await vscode.env.clipboard.writeText(appMarkdown(state, { now: deps.clock.now(), t: vscode.l10n.t }));
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied {0} as Markdown.', state.app.name), 4000);
}

/** Says of one difference where it comes from, who made it, which line decides, and what to do. */
export async function explainDifference(deps: CommandDeps, argument: unknown): Promise<void> {
  const { acceptanceOf } = await openRepository(deps);
  const found = (await differenceOf(deps, argument)) ?? (await pickDifference(deps, argument));
  if (found === undefined) return;
  const { app, difference } = found;
  const rowContext = { now: deps.clock.now(), t: vscode.l10n.t };
  const told = await eventsOf(deps, app, difference);
  const { title, detail } = explanation(app, difference, told, rowContext, acceptanceOf(difference));
  const open = vscode.l10n.t('Open Line');
  const compare = vscode.l10n.t('Compare');
  const row = rowId(app, difference);
  const choices = [difference.provenance?.kind === 'proven' ? open : undefined, compare];
  const choice = await vscode.window.showInformationMessage(
    title,
    { modal: true, detail },
    ...choices.filter((each) => each !== undefined),
  );
  if (choice === open) await openSource(deps, row);
  if (choice === compare) await compareWithCluster(deps, row);
}

/** What clusters told of the object lately; asked for with a progress bar, for a server may be slow. */
async function eventsOf(deps: CommandDeps, { app }: AppState, { object }: PlacedDifference): Promise<EventAnswer> {
  const { overview } = await openRepository(deps);
  const location = { viewId: 'plumbline.apps' };
  return vscode.window.withProgress({ location }, () =>
    overview.eventsOf(app.id, object, new AbortController().signal),
  );
}

async function pickDifference(
  deps: CommandDeps,
  argument: unknown,
): Promise<{ readonly app: AppState; readonly difference: PlacedDifference } | undefined> {
  const app = await pickApp(deps, argument);
  if (app === undefined) return undefined;
  if (app.differences.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('{0} has no differences.', app.app.name));
    return undefined;
  }
  const items = app.differences.map((difference) => ({
    label: describeKey(difference.object),
    description: wordsOfPath(difference.field?.path ?? ''),
    detail: [difference.origin, wordsOfAge(difference.field?.writer?.time, deps.clock.now())]
      .filter(Boolean)
      .join(', '),
    difference,
  }));
  const choice = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Which difference?') });
  return choice === undefined ? undefined : { app, difference: choice.difference };
}

function rowId({ app }: AppState, { origin, object, field }: PlacedDifference): string {
  return `${app.id}|difference|${origin}|${object}|${field?.path ?? ''}`;
}
