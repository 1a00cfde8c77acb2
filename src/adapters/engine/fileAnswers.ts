import { isAbort, UserError } from '../../core/model/userError.ts';
import type { FileTree, TreeEntry } from '../../core/ports.ts';
import type { FileAnswer, FileQuestion } from './messages.ts';

/**
 * Answers a worker's question from a tree. Trouble with one file (`UserError`) becomes an answer, so that it can be placed;
 * anything else thrown is a bug of the tree and goes to `onBug` as well.
 */
export async function answerQuestion(
  question: FileQuestion,
  tree: FileTree,
  signal: AbortSignal,
  onBug: (error: unknown) => void,
): Promise<FileAnswer> {
  try {
    signal.throwIfAborted();
    return await lookUp(question, tree, signal);
  } catch (error) {
    if (signal.aborted || isAbort(error)) return { kind: 'failed', message: 'aborted' };
    if (error instanceof UserError) return { kind: 'failed', message: error.message };
    onBug(error);
    return { kind: 'failed', message: 'the tree failed' };
  }
}

async function lookUp({ ask, path }: FileQuestion, tree: FileTree, signal: AbortSignal): Promise<FileAnswer> {
  switch (ask) {
    case 'stat': {
      const found = await tree.stat(path, signal);
      return { kind: 'stat', found, content: found === 'file' ? await readAhead(path, tree, signal) : undefined };
    }
    case 'read':
      return { kind: 'read', content: await tree.read(path, signal) };
    case 'list':
      return { kind: 'list', names: (await tree.list(path, signal))?.map(signed) };
  }
}

/** Most files that are looked at are read next. What cannot be read is said to who reads it: a chart may ignore it. */
async function readAhead(path: string, tree: FileTree, signal: AbortSignal): Promise<Uint8Array | undefined> {
  try {
    return await tree.read(path, signal);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Folders end in a slash, which saves asking for each. */
function signed({ name, kind }: TreeEntry): string {
  return kind === 'folder' ? `${name}/` : name;
}
