import { rename, writeFile } from 'node:fs/promises';

/**
 * Writes a workspace file for one folder: settings of the session live there, outside of the repository, so that
 * starting leaves no trace in anybody's working tree. VS Code notices when it is written again.
 */
export async function writeWorkspaceFile(
  file: string,
  folder: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  const text = JSON.stringify({ folders: [{ path: folder }], settings }, undefined, 2);
  // Renamed into place: VS Code never reads half a file.
  await writeFile(`${file}.part`, `${text}\n`);
  await rename(`${file}.part`, file);
}
