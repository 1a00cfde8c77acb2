import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../../core/model/userError.ts';
import type { ClusterConnection, SecretHasher } from '../../core/ports.ts';
import { SnapshotConnection } from './snapshotConnection.ts';

/** Opens a dump file as the live side. `UserError` `file-unreadable` when it cannot be read or is no dump. */
export async function openSnapshot(file: string, hasher: SecretHasher): Promise<ClusterConnection> {
  try {
    return new SnapshotConnection({ name: file, text: await readFile(file, 'utf8') }, hasher);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('file-unreadable', `${file} cannot be read: ${messageOf(error)}`, { file }, { cause: error });
  }
}
