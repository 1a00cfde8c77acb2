import { run } from './bootstrap.mjs';

// The core's tests need neither Go nor git, and are to start at once.
await run('test.ts', process.argv[2] === 'core' ? [] : ['git', 'go']);
