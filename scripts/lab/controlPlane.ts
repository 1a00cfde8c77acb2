import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from './freePorts.ts';
import { ensureBinaries, type Progress } from './goBinaries.ts';
import { parseJson, textAt } from './json.ts';
import { LabError } from './labError.ts';
import { startService } from './service.ts';

/** A running control plane: etcd, kube-apiserver, kube-controller-manager and the stand-ins for a node. */
export interface ControlPlane {
  /** Path of a kubeconfig with the contexts `plumbline-lab`, `plumbline-lab-viewer` and `plumbline-lab-namespaced`. */
  readonly kubeconfig: string;
  /** The administrator's context. */
  readonly context: string;
  readonly server: string;
  /** Path of the certificate authority's PEM file. */
  readonly caFile: string;
  /** Bearer tokens: `admin` (system:masters), `viewer` (view everywhere), `namespaced` (edit in `default` only). */
  readonly tokens: Readonly<Record<'admin' | 'viewer' | 'namespaced', string>>;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Where the control plane keeps its data; `podStart` is how long a pod takes to become ready, in milliseconds; `apiFlags`
 * are further flags of kube-apiserver, `--name=value`.
 */
export interface ControlPlaneOptions {
  readonly dir: string;
  readonly podStart?: number;
  readonly apiFlags?: readonly string[];
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/** Starts a control plane on free loopback ports and returns when pods can be created in it. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { dir, podStart = 200, apiFlags = [], progress = () => undefined, signal } = options;
  const binaries = await ensureBinaries(['control-plane'], progress, signal);
  await mkdir(dir, { recursive: true });
  const [apiPort, etcdPort, etcdPeerPort] = await freePorts(3);
  // An abort from here on reaches the listener below; an earlier one would not.
  signal?.throwIfAborted();
  const service = startService({
    name: 'control plane',
    command: binaries['control-plane'],
    args: [
      'serve',
      ...['--dir', dir, '--pod-start', `${podStart}ms`],
      ...apiFlags.flatMap((flag) => ['--api-flag', flag]),
      ...['--api-port', String(apiPort), '--etcd-port', String(etcdPort), '--etcd-peer-port', String(etcdPeerPort)],
    ],
    logFile: join(dir, 'control-plane.log'),
  });
  const onAbort = (): void => void service.stop();
  signal?.addEventListener('abort', onAbort, { once: true });
  const ready = parseJson(await service.firstLine);
  return {
    kubeconfig: readyText(ready, 'kubeconfig'),
    context: readyText(ready, 'context'),
    server: readyText(ready, 'server'),
    caFile: join(dir, 'certs', 'ca.crt'),
    tokens: {
      admin: readyText(ready, 'tokens', 'admin'),
      viewer: readyText(ready, 'tokens', 'viewer'),
      namespaced: readyText(ready, 'tokens', 'namespaced'),
    },
    pid: service.pid,
    stop: () => {
      signal?.removeEventListener('abort', onAbort);
      return service.stop();
    },
  };
}

function readyText(ready: unknown, ...path: readonly string[]): string {
  const text = textAt(ready, ...path);
  if (text === undefined) throw new LabError(`The control plane did not say its ${path.join('.')} when it was ready.`);
  return text;
}
