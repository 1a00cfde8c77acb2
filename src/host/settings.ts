import * as vscode from 'vscode';
import { readSeverities } from './diagnostics/plannedDiagnostic.ts';
import type { SeveritySettings } from './diagnostics/plannedDiagnostic.ts';

const section = 'plumbline';

/** The contexts chosen for this workspace; `undefined` when nobody chose yet. */
export function chosenContexts(): readonly string[] | undefined {
  const found = configuration().inspect<unknown>('contexts');
  // Only the workspace's own value counts: a context is pinned to a workspace, never to a machine.
  const value = found?.workspaceFolderValue ?? found?.workspaceValue;
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : undefined;
}

/** Pins contexts to the workspace. */
export async function saveContexts(contexts: readonly string[]): Promise<void> {
  const value = contexts.length === 0 ? undefined : contexts;
  await configuration().update('contexts', value, vscode.ConfigurationTarget.Workspace);
}

/** Tells whether writing to clusters is still locked, as it is until a person unlocks it. */
export function isReadOnly(): boolean {
  return configuration().get('readOnly', true);
}

/** Unlocks writing to clusters for this workspace. */
export async function unlockWrites(): Promise<void> {
  await configuration().update('readOnly', false, vscode.ConfigurationTarget.Workspace);
}

/** The severities that a person set for codes. */
export function severities(): SeveritySettings {
  return readSeverities(configuration().get('severity'));
}

/** Path of the kubeconfig file; `undefined` for `KUBECONFIG` or the usual place. */
export function kubeconfigPath(): string | undefined {
  return configuration().get<string>('kubeconfig', '').trim() || undefined;
}

/** The Kubernetes version to render charts for where no cluster says its own; `undefined` for Helm's own choice. */
export function kubeVersion(): string | undefined {
  return configuration().get<string>('kubeVersion', '').trim() || undefined;
}

/** Sources of policies beside the repository: whether those of clusters count, and absolute paths of further folders. */
export function policySources(): { readonly usesClusters: boolean; readonly folders: readonly string[] } {
  const folders = configuration().get<unknown>('policies.folders');
  return {
    usesClusters: configuration().get('policies.fromClusters', true),
    folders: Array.isArray(folders) ? folders.filter((each) => typeof each === 'string' && each !== '') : [],
  };
}

/** Calls back when one of the settings changes. */
export function onSetting(names: readonly string[], listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (names.some((name) => event.affectsConfiguration(`${section}.${name}`))) listener();
  });
}

function configuration(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration(section);
}
