import path from 'node:path';

/** Folder of the project. */
export const projectRoot = path.resolve(import.meta.dirname, '../..');

/** One bundle: where it starts, what it becomes and where it runs. */
export interface BundleTarget {
  /** Entry, relative to the project, or a module specifier for workers that packages bring along. */
  readonly entry: string;
  /** Output, relative to the project. */
  readonly out: string;
  readonly platform: 'node' | 'browser';
  /** First line of the output. */
  readonly banner?: string;
}

/** Starts the command line tool without naming a folder of anybody's machine. */
const shebang = '#!/usr/bin/env node';

/** Every bundle of the product; the order is that of the printed table. */
export const targets: readonly BundleTarget[] = [
  { entry: 'src/extension.ts', out: 'dist/extension.cjs', platform: 'node' },
  { entry: 'src/repository.ts', out: 'dist/repository.cjs', platform: 'node' },
  { entry: 'src/host/actBundle.ts', out: 'dist/act.cjs', platform: 'node' },
  { entry: 'src/adapters/cluster/clusterBundle.ts', out: 'dist/cluster.cjs', platform: 'node' },
  { entry: 'src/adapters/git/gitBundle.ts', out: 'dist/git.cjs', platform: 'node' },
  { entry: 'src/adapters/fetch/fetchBundle.ts', out: 'dist/fetch.cjs', platform: 'node' },
  { entry: 'node_modules/undici/index.js', out: 'dist/undici.cjs', platform: 'node' },
  { entry: 'src/adapters/engine/engineWorker.ts', out: 'dist/engineWorker.cjs', platform: 'node' },
  { entry: 'src/cli/main.ts', out: 'dist/cli.cjs', platform: 'node', banner: shebang },
  { entry: 'src/webview/panel/main.ts', out: 'dist/webview/panel.js', platform: 'browser' },
  {
    entry: 'node_modules/monaco-editor/esm/vs/editor/editor.worker.js',
    out: 'dist/webview/editor.worker.js',
    platform: 'browser',
  },
  { entry: 'node_modules/monaco-yaml/yaml.worker.js', out: 'dist/webview/yaml.worker.js', platform: 'browser' },
];
