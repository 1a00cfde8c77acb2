import * as vscode from 'vscode';
import { describeNeed, needKey } from '../../core/model/remoteNeed.ts';
import type { RemoteNeed } from '../../core/model/remoteNeed.ts';
import { isAbort, messageOf, UserError } from '../../core/model/userError.ts';
import { missingNeeds } from '../../core/render/missingNeeds.ts';
import type { OpenRepository } from '../workspace/repositorySession.ts';
import type { CommandDeps } from './commandDeps.ts';
import { openRepository } from './pickApp.ts';

/** As many rounds as one call goes through: what was fetched may need something else. */
const mostRounds = 5;

/**
 * Fetches the charts and bases that apps need from elsewhere, after a question that names every address. What was fetched
 * is kept on this machine, so that rendering needs no network afterwards.
 */
export async function fetchSources(deps: CommandDeps): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    const message = vscode.l10n.t('Trust this workspace first: its files name the addresses to fetch from.');
    throw new UserError('fetch-needs-trust', message);
  }
  const repository = await openRepository(deps);
  const tried = new Set<string>();
  for (let round = 0; round < mostRounds; round++) {
    const needs = needsOf(repository).filter((need) => !tried.has(needKey(need)));
    if (needs.length === 0) {
      if (round === 0) sayNothing(repository);
      return;
    }
    if (!(await confirm(needs))) return;
    for (const need of needs) tried.add(needKey(need));
    await fetchAll(deps, repository, needs);
    await repository.overview.refresh();
  }
}

function needsOf({ overview }: OpenRepository): readonly RemoteNeed[] {
  return missingNeeds(overview.state.apps.flatMap(({ problems }) => problems));
}

function sayNothing({ overview }: OpenRepository): void {
  const isUsed = overview.state.apps.some(({ app }) => app.source.kind === 'here' && app.source.remote !== undefined);
  void vscode.window.showInformationMessage(
    isUsed
      ? vscode.l10n.t('Everything that the apps need from elsewhere was fetched already.')
      : vscode.l10n.t('No app of this repository needs anything from elsewhere.'),
  );
}

async function confirm(needs: readonly RemoteNeed[]): Promise<boolean> {
  const button = vscode.l10n.t('Fetch');
  const title =
    needs.length === 1
      ? vscode.l10n.t('Fetch 1 source from elsewhere?')
      : vscode.l10n.t('Fetch {0} sources from elsewhere?', needs.length);
  const note = vscode.l10n.t('Logins of Helm, Docker and git are used where there are some; none is stored.');
  const detail = [...needs.map(describeNeed), '', note].join('\n');
  return (await vscode.window.showInformationMessage(title, { modal: true, detail }, button)) === button;
}

async function fetchAll(
  { output }: CommandDeps,
  repository: OpenRepository,
  needs: readonly RemoteNeed[],
): Promise<void> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Fetching'),
    cancellable: true,
  };
  const troubles = await vscode.window.withProgress(options, async (progress, token) => {
    const ended = new AbortController();
    const cancelling = token.onCancellationRequested(() => {
      ended.abort();
    });
    const failed: string[] = [];
    try {
      for (const need of needs) {
        progress.report({ message: describeNeed(need), increment: 100 / needs.length });
        await repository.fetch(need, ended.signal).catch((error: unknown) => {
          if (isAbort(error)) throw error;
          failed.push(messageOf(error));
        });
      }
    } finally {
      cancelling.dispose();
    }
    return failed;
  });
  for (const trouble of troubles) output.warn(trouble);
  if (troubles.length > 0) void vscode.window.showErrorMessage(troubles.join('\n'));
}
