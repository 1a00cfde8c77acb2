import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Example } from './examples/example.ts';
import { examples } from './examples/examples.ts';
import { startLab } from './lab.ts';
import { LabError } from './labError.ts';
import type { ReconcilerName } from './reconciler.ts';

// node scripts/lab/main.ts [--example pantry] [--reconcilers flux,argocd] [--dir FOLDER] [--no-drift]
// Runs the lab until Ctrl-C, for looking at it with kubectl, git or an editor.

const { values } = parseArgs({
  options: {
    reconcilers: { type: 'string', default: 'flux' },
    example: { type: 'string', default: 'storefront' },
    dir: { type: 'string' },
    'no-drift': { type: 'boolean', default: false },
  },
});

function parseReconcilers(text: string): readonly ReconcilerName[] {
  return text.split(',').map((name) => {
    if (name === 'flux' || name === 'argocd') return name;
    throw new LabError(`--reconcilers takes flux, argocd or both with a comma, not "${name}".`);
  });
}

function parseExample(text: string): Example {
  const example = Object.values(examples).find(({ name }) => name === text);
  if (example !== undefined) return example;
  throw new LabError(`--example takes ${Object.keys(examples).join(' or ')}, not "${text}".`);
}

async function runLab(signal: AbortSignal): Promise<void> {
  const reconcilers = parseReconcilers(values.reconcilers);
  const example = parseExample(values.example);
  const dir = values.dir === undefined ? await mkdtemp(join(tmpdir(), 'plumbline-lab-')) : resolve(values.dir);
  try {
    const lab = await startLab({ dir, example, reconcilers, progress: console.error, podStart: 2000, signal });
    try {
      if (!values['no-drift'])
        for (const { what, manager } of await lab.makeDrift()) console.error(`${what} (${manager})`);
      const { kubeconfig, context, workdir, remoteUrl } = lab;
      console.log(JSON.stringify({ kubeconfig, context, workdir, remoteUrl }));
      if (!signal.aborted)
        await new Promise((done) => {
          signal.addEventListener('abort', done, { once: true });
        });
    } finally {
      await lab.stop();
    }
  } finally {
    if (values.dir === undefined) await rm(dir, { recursive: true, force: true });
  }
}

const ending = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => {
    ending.abort();
  });
try {
  await runLab(ending.signal);
} catch (error) {
  if (!ending.signal.aborted) {
    console.error(error instanceof LabError ? error.message : error);
    process.exitCode = 1;
  }
}
