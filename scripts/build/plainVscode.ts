import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Takes the editor's API as `require` gives it. For `import *` of a CommonJS module esbuild copies all its names into a
 * new object in each importing file: some 500 names in 21 files were a third of what activation took.
 */
export const plainVscode: Plugin = {
  name: 'plain-vscode',
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/](extension|host[\\/].+)\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replace(/^import \* as vscode from 'vscode';$/m, "const vscode = require('vscode');");
      return { contents, loader: 'ts' };
    });
  },
};
