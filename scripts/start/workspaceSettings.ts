import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes a workspace file for one folder: settings of the session live there, outside of the repository, so that
 * starting leaves no trace in anybody's working tree. VS Code notices when it is written again.
 *
 * A browser's VS Code opens a workspace that it has not seen before as an empty one, and reads the file beside that; when
 * the extension host starts in between, it now and then never hears of the folder. Reloading the page helps. Folders of
 * our own are therefore opened as folders.
 */
export async function writeWorkspaceFile(
  file: string,
  folder: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  await replace(file, { folders: [{ path: folder }], settings });
}

/** Writes the settings of a folder that is ours: a scratch repository that ignores them. */
export async function writeFolderSettings(folder: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  await mkdir(path.join(folder, '.vscode'), { recursive: true });
  await replace(path.join(folder, '.vscode', 'settings.json'), settings);
}

/** Renamed into place: VS Code never reads half a file. */
async function replace(file: string, content: unknown): Promise<void> {
  await writeFile(`${file}.part`, `${JSON.stringify(content, undefined, 2)}\n`);
  await rename(`${file}.part`, file);
}
