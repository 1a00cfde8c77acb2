import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const engine = fileURLToPath(new URL('../../../engine', import.meta.url));
/** Each room is a Go module of its own; what has no command is for WebAssembly only and tested through the others. */
const rooms = readdirSync(engine).filter((room) => existsSync(path.join(engine, room, 'cmd')));

describe('the Go side of the engine', () => {
  for (const room of rooms) {
    it(`passes the tests of ${room}`, async () => {
      await promisify(execFile)('go', ['test', '-buildvcs=false', './...'], { cwd: path.join(engine, room) });
    }).timeout(180_000);
  }
});
