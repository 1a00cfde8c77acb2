import { bounds, measure } from '../scripts/build/budget.ts';
import { bundleAll } from '../scripts/build/bundle.ts';
import { ensureEngine } from '../scripts/build/engine.ts';
import { packageVsix } from '../scripts/build/package.ts';
import type { Row } from './row.ts';
import { measured } from './row.ts';

const kilobyte = 1000;
const megabyte = 1000 * kilobyte;

/** Sizes of a production build. */
export async function measureSizes(progress: (line: string) => void): Promise<readonly Row[]> {
  const bundles = await bundleAll({ production: true });
  await ensureEngine(progress);
  const [extension, webview] = await measure(bundles);
  const vsix = await packageVsix();
  return [
    measured('extension host bundle', (extension?.size ?? 0) / kilobyte, bounds.extension / kilobyte, 'KB', 'minified'),
    measured('webview files', (webview?.size ?? 0) / megabyte, bounds.webview / megabyte, 'MB', 'minified'),
    measured('VSIX', vsix / megabyte, bounds.vsix / megabyte, 'MB', 'one for all platforms'),
  ];
}
