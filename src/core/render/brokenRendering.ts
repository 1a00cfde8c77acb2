import type { App } from '../model/app.ts';
import type { RenderProblem, Rendering } from '../model/rendering.ts';
import type { RepoPath } from '../model/place.ts';
import { splitMounted } from '../model/remoteNeed.ts';
import { UserError } from '../model/userError.ts';
import { findKustomization } from './derivation.ts';
import type { RecordingTree } from './recordingTree.ts';

/**
 * The rendering of an app that the engine gave up on, with what it had read by then: the same files make it give up on
 * every other tree too, after the same long while. Throws every other error.
 */
export async function brokenRendering(
  error: unknown,
  app: App,
  tree: RecordingTree,
  signal: AbortSignal,
): Promise<Rendering> {
  const isEngines = error instanceof UserError && (error.code === 'engine-timeout' || error.code === 'engine-failed');
  if (!isEngines) throw error;
  const { reads } = tree;
  const large = await largestFile(tree, signal);
  const message = large === undefined ? error.message : `${error.message} ${wordsOfLarge(large)}`;
  const place =
    large === undefined
      ? ((await placeOfRoot(app, tree, signal)) ?? placeOfDeclaration(app))
      : { file: large.path, line: 1 };
  return { objects: [], problems: [{ severity: 'error', message, ...place }], reads, isBroken: true };
}

interface LargeFile {
  readonly path: RepoPath;
  /** Bytes. */
  readonly size: number;
}

/** An API server takes no ConfigMap of more data, and a map of that size costs kustomize and Helm the square of its keys. */
const megabyte = 1024 * 1024;

/** The largest file of the repository that was read, where it is larger than any object should be. */
async function largestFile(tree: RecordingTree, signal: AbortSignal): Promise<LargeFile | undefined> {
  let largest: LargeFile | undefined;
  for (const { path, kind, digest } of tree.reads) {
    const isRead = kind === 'file' && digest !== 'absent' && digest !== 'present';
    if (!isRead || splitMounted(path) !== undefined) continue;
    const size = (await tree.read(path, signal))?.length ?? 0;
    if (size > (largest?.size ?? megabyte)) largest = { path, size };
  }
  return largest;
}

function wordsOfLarge({ path, size }: LargeFile): string {
  return `The largest file that it reads is ${path} with ${(size / megabyte).toFixed(1)} MB: divide it, or leave it out.`;
}

type ProblemPlace = Pick<RenderProblem, 'file' | 'line'>;

/** The file that makes the app's folder a chart or a kustomization. */
async function placeOfRoot(
  { source }: App,
  tree: RecordingTree,
  signal: AbortSignal,
): Promise<ProblemPlace | undefined> {
  if (source.kind !== 'here' || splitMounted(source.path) !== undefined) return undefined;
  switch (source.render) {
    case 'helm':
      return { file: `${source.path}/Chart.yaml`, line: 1 };
    case 'kustomize': {
      const file = await findKustomization(source.path, tree, signal);
      return file === undefined ? undefined : { file, line: 1 };
    }
    case 'directory':
      return undefined;
  }
}

function placeOfDeclaration({ declared }: App): ProblemPlace {
  return { file: declared?.place.file, line: declared?.place.range.line };
}
