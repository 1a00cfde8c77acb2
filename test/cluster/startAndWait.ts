import { startControlPlane } from '../../scripts/lab/controlPlane.ts';

// Run by a test that kills it: starts a control plane in the given folder and does nothing more.
const [dir] = process.argv.slice(2);
if (dir === undefined) throw new Error('usage: startAndWait.ts FOLDER');
await startControlPlane({ dir });
console.log('ready');
