import * as vscode from 'vscode';
import type { Place, RepoPath, TextRange } from '../core/model/place.ts';

/** The URI of a file of the repository whose root is the absolute path `root`. */
export function fileUri(root: string, path: RepoPath): vscode.Uri {
  const base = vscode.Uri.file(root);
  return path === '' ? base : vscode.Uri.joinPath(base, path);
}

/** The path of a file in the repository; `undefined` for other files and other schemes. */
export function repoPath(root: string, uri: vscode.Uri): RepoPath | undefined {
  if (uri.scheme !== 'file') return undefined;
  const base = vscode.Uri.file(root).path;
  const prefix = base.endsWith('/') ? base : `${base}/`;
  return uri.path.startsWith(prefix) ? uri.path.slice(prefix.length) : undefined;
}

/** The editor's range (from 0) of ours (from 1). */
export function editorRange({ line, column, endLine, endColumn }: TextRange): vscode.Range {
  return new vscode.Range(line - 1, column - 1, endLine - 1, endColumn - 1);
}

/** Where a place stands, as the editor names it. */
export function locationOf(root: string, { file, range }: Place): vscode.Location {
  return new vscode.Location(fileUri(root, file), editorRange(range));
}
