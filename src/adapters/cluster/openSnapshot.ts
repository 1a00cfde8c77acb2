import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../../core/model/userError.ts';
import type { ClusterConnection, SecretHasher } from '../../core/ports.ts';
import { SnapshotConnection } from './snapshotConnection.ts';
import type { SnapshotFile } from './snapshotConnection.ts';

/**
 * Opens a dump as the live side: a file, or a folder of them at any depth (of `kubectl cluster-info dump`, of a must-gather,
 * or of one's own). `UserError` `file-unreadable` when it cannot be read or is no dump.
 */
export async function openSnapshot(path: string, hasher: SecretHasher): Promise<ClusterConnection> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    const files = isFolder ? await readFolder(path) : [{ name: path, text: await readFile(path, 'utf8') }];
    return new SnapshotConnection({ name: path, files }, hasher);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      'file-unreadable',
      `${path} cannot be read: ${messageOf(error)}`,
      { file: path },
      { cause: error },
    );
  }
}

/** In the order of their paths, so that the same folder always reads the same. Links are not followed. */
async function readFolder(folder: string): Promise<readonly SnapshotFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && /\.(?:ya?ml|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Promise.all(paths.map(async (path) => ({ name: path, text: await readFile(path, 'utf8') })));
}
