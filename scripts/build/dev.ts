/** What F5 in VS Code needs: bundles with source maps, and the engine. */
import { bundleAll } from './bundle.ts';
import { ensureEngine } from './engine.ts';

await bundleAll({ production: false });
await ensureEngine((line) => {
  console.log(line);
});
