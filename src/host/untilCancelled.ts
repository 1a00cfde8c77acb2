import type { CancellationToken } from 'vscode';
import { isAbort } from '../core/model/userError.ts';

/** Runs work that ends with a cancellation token of the editor; `undefined` when it was cancelled. */
export async function untilCancelled<T>(
  work: (signal: AbortSignal) => Promise<T>,
  token: CancellationToken,
): Promise<T | undefined> {
  const ended = new AbortController();
  const cancelling = token.onCancellationRequested(() => {
    ended.abort();
  });
  try {
    return await work(ended.signal);
  } catch (error) {
    if (isAbort(error)) return undefined;
    throw error;
  } finally {
    cancelling.dispose();
  }
}
