import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

describe('the Go side of the engine', () => {
  it('passes its own tests', async () => {
    const cwd = fileURLToPath(new URL('../../../engine', import.meta.url));
    await promisify(execFile)('go', ['test', '-buildvcs=false', './...'], { cwd });
  }).timeout(180_000);
});
