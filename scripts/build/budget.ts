import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Metafile } from 'esbuild';
import type { Bundle } from './bundle.ts';
import { projectRoot } from './targets.ts';

/** A size held against its bound, both in bytes. */
export interface Measure {
  readonly what: string;
  readonly size: number;
  readonly bound: number;
}

const kilobyte = 1000;
const megabyte = 1000 * kilobyte;

/** The bounds of docs/architecture.md: what everybody downloads, and what the editor loads at start. */
export const bounds = { extension: 250 * kilobyte, webview: 8 * megabyte, vsix: 35 * megabyte } as const;

/** Bytes for people: `12.3 KB`, `4.56 MB`. */
export function formatSize(bytes: number): string {
  return bytes < megabyte ? `${(bytes / kilobyte).toFixed(1)} KB` : `${(bytes / megabyte).toFixed(2)} MB`;
}

/** The package (or folder of our own) that an input of a bundle belongs to. */
function ownerOf(input: string): string {
  const [, inPackages] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input) ?? [];
  return inPackages ?? input.split('/').slice(0, 3).join('/');
}

function sizeByOwner(metafile: Metafile): readonly (readonly [string, number])[] {
  const sizes = new Map<string, number>();
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const owner = ownerOf(input);
      sizes.set(owner, (sizes.get(owner) ?? 0) + bytesInOutput);
    }
  }
  return [...sizes].sort(([, left], [, right]) => right - left);
}

function totalSize(metafile: Metafile): number {
  return Object.entries(metafile.outputs)
    .filter(([file]) => !file.endsWith('.map'))
    .reduce((sum, [, { bytes }]) => sum + bytes, 0);
}

/** What each bundle weighs and what makes it heavy, as lines of text. */
export function summarize(bundles: readonly Bundle[]): readonly string[] {
  return bundles.map(({ target, metafile }) => {
    const parts = sizeByOwner(metafile)
      .slice(0, 5)
      .map(([owner, size]) => `${owner} ${formatSize(size)}`);
    return `${target.out.padEnd(32)} ${formatSize(totalSize(metafile)).padStart(9)}   ${parts.join(', ')}`;
  });
}

async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.map'));
  const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The measures a build holds; the VSIX is measured when it is packaged. */
export async function measure(bundles: readonly Bundle[]): Promise<readonly Measure[]> {
  const extension = bundles.find(({ target }) => target.out === 'dist/extension.cjs');
  return [
    {
      what: 'extension host bundle',
      size: extension === undefined ? 0 : totalSize(extension.metafile),
      bound: bounds.extension,
    },
    { what: 'webview files', size: await folderSize(path.join(projectRoot, 'dist/webview')), bound: bounds.webview },
  ];
}

/** One line for each measure over its bound; empty when all is well. */
export function overBudget(measures: readonly Measure[]): readonly string[] {
  return measures
    .filter(({ size, bound }) => size > bound)
    .map(({ what, size, bound }) => `${what} is ${formatSize(size)}, over its budget of ${formatSize(bound)}`);
}
