import { parentPort, workerData } from 'node:worker_threads';
import { EngineModule } from './engineModule.ts';
import { FileBridge } from './fileBridge.ts';
import type { WorkerReport, WorkerRequest, WorkerStart } from './messages.ts';

/** Entry of a worker thread: starts the module at once, then renders one request after the other. */
function serve(start: WorkerStart, report: (report: WorkerReport) => void): (request: WorkerRequest) => void {
  const bridge = new FileBridge(start.files, start.gate);
  const engine = new EngineModule(start.module, bridge);
  report({ kind: 'ready' });
  return ({ request }) => {
    bridge.forget();
    try {
      const reply = engine.answer(request);
      report({ kind: 'reply', reply, memory: engine.memory });
    } catch (error) {
      report({ kind: 'broken', message: error instanceof Error ? error.message : String(error) });
    }
  };
}

const pool = parentPort;
if (pool === null) throw new Error('engineWorker runs in a worker thread only');
// Edge: only engineThread.ts starts this file and posts to it.
const answer = serve(workerData as WorkerStart, (report) => {
  pool.postMessage(report);
});
pool.on('message', (request: WorkerRequest) => {
  answer(request);
});
