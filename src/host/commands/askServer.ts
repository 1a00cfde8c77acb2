import * as vscode from 'vscode';
import { describeKey } from '../../core/model/resource.ts';
import type { ResourceKey } from '../../core/model/resource.ts';
import type { AppState } from '../../core/overview/state.ts';
import type { CommandDeps } from './commandDeps.ts';
import { openRepository, pickApp, targetOf } from './pickApp.ts';

/** Asks the cluster by dry-run what it would make of an app's objects, or of the one that was clicked. Nothing is written. */
export async function askServer(deps: CommandDeps, argument: unknown): Promise<void> {
  const { overview } = await openRepository(deps);
  const state = await pickApp(deps, argument);
  if (state === undefined) return;
  const { id, name } = state.app;
  const target = targetOf(deps, argument);
  const object = target !== undefined && 'object' in target ? target.object : undefined;
  const location = { viewId: 'plumbline.apps' };
  const asked = await vscode.window.withProgress({ location }, () => overview.askServer(id, object));
  if (asked === 0) {
    const message = vscode.l10n.t(
      'There is no cluster that could be asked about {0}. Connect the cluster that runs it.',
      name,
    );
    void vscode.window.showInformationMessage(message);
    return;
  }
  const now = overview.state.apps.find(({ app }) => app.id === id);
  const said = now === undefined ? [] : wordsOfServer(now, object);
  for (const line of said) deps.output.info(line);
  const details = vscode.l10n.t('Show Output');
  const message =
    said.length === 0
      ? vscode.l10n.t('The cluster would take everything it was asked about: {0}.', String(asked))
      : vscode.l10n.t('Of {0} asked about, the cluster has to say: {1}', String(asked), said[0] ?? '');
  const choice = await vscode.window.showInformationMessage(message, ...(said.length === 0 ? [] : [details]));
  if (choice === details) deps.output.show();
}

function wordsOfServer({ app, resources }: AppState, object: ResourceKey | undefined): readonly string[] {
  return resources
    .filter(({ key }) => object === undefined || key === object)
    .flatMap(({ key, diff }) =>
      (diff?.remarks ?? [])
        .filter(({ kind }) => kind === 'unconfirmed' || kind === 'server-warning' || kind === 'cleared')
        .map(({ message }) => `${app.name}: ${describeKey(key)}: ${message}`),
    );
}
