import { run } from './bootstrap.mjs';

await run('../test/conformance/main.ts', ['go']);
