// Only the editor and the YAML grammar: the package's own entry brings eighty languages.
import 'monaco-editor/esm/vs/editor/edcore.main.js';
import * as monaco from 'monaco-editor/esm/vs/editor/editor.api.js';
import 'monaco-editor/esm/vs/basic-languages/yaml/yaml.contribution.js';
import { configureMonacoYaml } from 'monaco-yaml';
import type { MonacoYaml, MonacoYamlOptions } from 'monaco-yaml';
import type { PanelSchema } from '../../../protocol/panelState.ts';

import type { editor } from 'monaco-editor/esm/vs/editor/editor.api.js';
export type { editor, IRange } from 'monaco-editor/esm/vs/editor/editor.api.js';
export { monaco };

/** Addresses of the worker scripts, as `asWebviewUri` makes them. */
export interface WorkerAddresses {
  readonly editor: string;
  readonly yaml: string;
}

/** How monaco-yaml asks for its worker. */
interface NamedWorker {
  readonly label?: string;
  readonly createData?: unknown;
}

type WorkerLoader = (label: string) => Promise<Worker>;

/** Lets Monaco start workers; from blobs, because a webview's page may not start one from another origin. */
export function provideWorkers(addresses: WorkerAddresses): void {
  const load = workerLoader(addresses);
  window.MonacoEnvironment = { getWorker: (_id: string, label: string) => load(label) };
}

function workerLoader(addresses: WorkerAddresses): WorkerLoader {
  return async (label) => {
    const script = await (await fetch(label === 'yaml' ? addresses.yaml : addresses.editor)).text();
    return new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })), { name: label });
  };
}

/** Keeps the console for real trouble: Monaco rejects what it cancels itself (a switch of files) with nobody listening. */
export function ignoreCancellations(): void {
  window.addEventListener('unhandledrejection', (event) => {
    if (event.reason instanceof Error && event.reason.name === 'Canceled') event.preventDefault();
  });
}

/** Switches YAML validation, completion and hover on, with these schemas; `addresses` as for `provideWorkers`. */
export function configureYaml(addresses: WorkerAddresses, schemas: readonly PanelSchema[]): MonacoYaml {
  const options = { ...yamlOptions(schemas), enableSchemaRequest: false };
  return configureMonacoYaml(withNamedWorkers(workerLoader(addresses)), options);
}

/**
 * The editor's core takes a started worker where monaco-yaml names one. The package's own entry translates between the
 * two (its `editor.main.js`); without that entry it is done here: a first message wakes the worker, the second configures it.
 */
function withNamedWorkers(load: WorkerLoader): Parameters<typeof configureMonacoYaml>[0] {
  const start = async ({ label, createData }: NamedWorker): Promise<Worker> => {
    const worker = await load(label ?? 'yaml');
    worker.postMessage('ignore');
    worker.postMessage(createData);
    return worker;
  };
  const createWebWorker = <T extends object>(options: NamedWorker | editor.IInternalWebWorkerOptions) =>
    monaco.editor.createWebWorker<T>('worker' in options ? options : { worker: start(options) });
  return { ...monaco, editor: { ...monaco.editor, createWebWorker } };
}

/** Exchanges the schemas. */
export async function updateYaml(yaml: MonacoYaml, schemas: readonly PanelSchema[]): Promise<void> {
  await yaml.update(yamlOptions(schemas));
}

function yamlOptions(schemas: readonly PanelSchema[]): MonacoYamlOptions {
  return {
    validate: true,
    completion: true,
    hover: true,
    format: { enable: false },
    schemas: schemas.map((each) => ({ uri: each.uri, fileMatch: [...each.fileMatch], schema: { ...each.schema } })),
  };
}
