import { join } from 'node:path';

/** The folder of the project itself. */
export const projectRoot = join(import.meta.dirname, '..', '..');

/** The Go module of the control plane and the reconcilers. */
export const clusterModule = join(projectRoot, 'test', 'cluster');

/** The repository that the lab serves a scratch copy of. */
export const storefrontExample = join(projectRoot, 'examples', 'storefront');
