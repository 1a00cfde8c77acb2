import { spawn } from 'node:child_process';
import { isObject, listAt, objectAt, stringAt, valueAt } from '../../core/model/json.ts';
import type { JsonObject } from '../../core/model/json.ts';
import type { ContextParts } from './kubeconfig.ts';

/** What a plugin gave (client.authentication.k8s.io `ExecCredentialStatus`). */
export interface PluginCredential {
  readonly token?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** RFC 3339; kept for as long as we are connected without it. */
  readonly expires?: string | undefined;
}

/** Runs the program that a kubeconfig names for credentials; it may open a browser and wait for a person. */
export class ExecPlugin {
  readonly #exec: JsonObject;
  readonly #info: string;
  readonly #now: () => Date;
  #credential: PluginCredential | undefined;

  constructor(exec: JsonObject, parts: ContextParts, now: () => Date) {
    this.#exec = exec;
    this.#info = JSON.stringify(execInfo(exec, parts));
    this.#now = now;
  }

  /** The credential of last time until it expires, else that of a new run, which ends when the signal fires. */
  async read(signal: AbortSignal): Promise<PluginCredential> {
    const { expires } = this.#credential ?? {};
    const isExpired = expires !== undefined && Date.parse(expires) <= this.#now().getTime();
    if (this.#credential === undefined || isExpired) this.#credential = readCredential(await this.#run(signal));
    return this.#credential;
  }

  /** What the program wrote; its words on standard error are the reason when it fails. */
  #run(signal: AbortSignal): Promise<string> {
    const command = stringAt(this.#exec, 'command') ?? '';
    const args = listAt(this.#exec, 'args').map(String);
    const own = listAt(this.#exec, 'env').map(
      (each) => [stringAt(each, 'name') ?? '', stringAt(each, 'value')] as const,
    );
    const env = { ...process.env, ...Object.fromEntries(own), KUBERNETES_EXEC_INFO: this.#info };
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, { env, signal, windowsHide: true, stdio: ['ignore', 'pipe', 'pipe'] });
      const [out, error]: [Buffer[], Buffer[]] = [[], []];
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => error.push(chunk));
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0) resolve(Buffer.concat(out).toString('utf8'));
        else reject(new Error(Buffer.concat(error).toString('utf8')));
      });
    });
  }
}

/** Plugins such as GKE's refuse to run without `KUBERNETES_EXEC_INFO` (client.authentication.k8s.io). */
function execInfo(exec: JsonObject, { cluster, server }: ContextParts): JsonObject {
  const ca = stringAt(cluster, 'certificate-authority-data');
  const authority = ca === undefined ? {} : { 'certificate-authority-data': ca };
  const wantsCluster = valueAt(exec, 'provideClusterInfo') === true;
  return {
    apiVersion: stringAt(exec, 'apiVersion') ?? 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: { interactive: false, ...(wantsCluster ? { cluster: { server, ...authority } } : {}) },
  };
}

/** Throws without quoting the text: it may hold a credential. */
function readCredential(text: string): PluginCredential {
  const status = objectAt(parse(text) ?? {}, 'status');
  const [token, certificate, key, expires] = [
    'token',
    'clientCertificateData',
    'clientKeyData',
    'expirationTimestamp',
  ].map((field) => stringAt(status, field));
  if (token === undefined && certificate === undefined)
    throw new Error('the program wrote no ExecCredential with a token or a certificate');
  return { token, certificate, key, expires };
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
