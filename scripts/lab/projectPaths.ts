import { join } from 'node:path';

/** The folder of the project itself. */
export const projectRoot = join(import.meta.dirname, '..', '..');

/** The Go module of the control plane and the reconcilers. */
export const clusterModule = join(projectRoot, 'test', 'cluster');

/** The folder of an example repository. */
export function exampleFolder(name: string): string {
  return join(projectRoot, 'examples', name);
}
