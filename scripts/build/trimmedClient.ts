import type { Plugin } from 'esbuild';

/**
 * Lets the bundler leave out what nobody uses of the Kubernetes client's generated code: 3 MB of models and API classes
 * that do nothing when they are loaded, which its package.json does not say (it has no `sideEffects`).
 */
export const trimmedClient: Plugin = {
  name: 'trimmed-client',
  setup(build) {
    const ours = { isTrimmed: true } as const;
    build.onResolve({ filter: /^\./ }, async ({ path, importer, resolveDir, kind, pluginData, with: attributes }) => {
      if (pluginData === ours || !/[\\/]client-node[\\/]dist[\\/]/.test(importer)) return undefined;
      const found = await build.resolve(path, { importer, resolveDir, kind, pluginData: ours, with: attributes });
      return /[\\/]dist[\\/]gen[\\/]/.test(found.path) ? { ...found, sideEffects: false } : undefined;
    });
  },
};
