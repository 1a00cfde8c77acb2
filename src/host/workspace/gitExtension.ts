import * as vscode from 'vscode';

/** The little that is used of the built-in Git extension's API (version 1). */
interface GitApi {
  readonly getRepository: (uri: vscode.Uri) => { readonly state: { readonly onDidChange: vscode.Event<void> } } | null;
  readonly onDidOpenRepository: vscode.Event<unknown>;
}

/** Calls back when the built-in Git extension sees the repository change; does nothing without it, and never starts it. */
export function onGitChange(root: vscode.Uri, listener: () => void): vscode.Disposable {
  const api = gitApi();
  const repository = api?.getRepository(root);
  if (repository) return repository.state.onDidChange(listener);
  return api?.onDidOpenRepository(listener) ?? new vscode.Disposable(() => undefined);
}

function gitApi(): GitApi | undefined {
  const extension = vscode.extensions.getExtension<{ readonly enabled: boolean; getAPI(version: 1): GitApi }>(
    'vscode.git',
  );
  if (extension?.isActive !== true || !extension.exports.enabled) return undefined;
  return extension.exports.getAPI(1);
}
