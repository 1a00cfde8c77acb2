import type { App } from '../model/app.ts';
import type { RenderProblem, Rendering } from '../model/rendering.ts';
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
  const place = (await placeOfRoot(app, tree, signal)) ?? placeOfDeclaration(app);
  return { objects: [], problems: [{ severity: 'error', message: error.message, ...place }], reads, isBroken: true };
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
