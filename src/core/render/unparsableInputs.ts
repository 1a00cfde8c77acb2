import { baseName } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import type { FileRead, RenderProblem } from '../model/rendering.ts';
import type { FileTree } from '../ports.ts';
import { readYaml } from '../yaml/readYaml.ts';

/**
 * Puts a build's trouble on the line that does not parse. kustomize's parser counts lines from odd places, and for a
 * patch it names the kustomization instead of the file; which file it could not read is told by its own message, and
 * where that file breaks by our reading of it. Problems that blame no unparsable file stay as they are.
 */
export async function placeUnparsable(
  problems: readonly RenderProblem[],
  reads: readonly FileRead[],
  tree: FileTree,
  signal: AbortSignal,
): Promise<readonly RenderProblem[]> {
  if (!problems.some(({ severity }) => severity === 'error')) return problems;
  const files = reads.filter(({ path, kind, digest }) => kind === 'file' && digest !== 'absent' && isYaml(path));
  const out: RenderProblem[] = [];
  for (const problem of problems) {
    const blamed = files.find(({ path }) => problem.severity === 'error' && isBlamed(path, problem));
    out.push((blamed && (await firstSyntaxError(blamed.path, tree, signal))) ?? problem);
  }
  return out;
}

function isYaml(path: RepoPath): boolean {
  return /\.ya?ml$/.test(path) || baseName(path) === 'Kustomization';
}

/** A file that the message names is likelier at fault than the one in which it is listed. */
function isBlamed(path: RepoPath, { file, message }: RenderProblem): boolean {
  const quoted = message.match(/[^\s"'`[\]:,]+\.ya?ml/g) ?? [];
  return quoted.length > 0 ? quoted.some((name) => path === name || path.endsWith(`/${name}`)) : path === file;
}

async function firstSyntaxError(
  file: RepoPath,
  tree: FileTree,
  signal: AbortSignal,
): Promise<RenderProblem | undefined> {
  const content = await tree.read(file, signal);
  if (content === undefined) return undefined;
  const found = readYaml(new TextDecoder().decode(content), 'kustomize').problems.find(
    ({ severity, code }) => severity === 'error' && code === 'syntax',
  );
  return found && { severity: 'error', message: found.message, file, line: found.line, column: found.column };
}
