import type { RequestOptions } from 'node:https';
import { isObject, listAt, objectAt, stringAt, valueAt } from '../../core/model/json.ts';
import type { Json, JsonObject } from '../../core/model/json.ts';
import { UserError, messageOf } from '../../core/model/userError.ts';
import type { Clock } from '../../core/ports.ts';
import { abortable } from './abortable.ts';
import type { ContextParts } from './kubeconfig.ts';
import { loadKubernetes } from './loadKubernetes.ts';

/** What a request needs to be let in: headers, and what the TLS connection shows and trusts. */
export interface Access {
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly tls: TlsOptions;
}

/** The part of Node's TLS options that a kubeconfig decides. */
export interface TlsOptions {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly servername?: string | undefined;
  readonly rejectUnauthorized?: boolean | undefined;
}

/** Milliseconds before credentials that could not be had are asked for again; a new connection asks at once. */
const patience = 10_000;

/** What the Kubernetes client does for us: tokens, exec plugins, OIDC refresh, certificates. */
type Authenticate = (options: RequestOptions) => Promise<void>;

interface OpenCredentials {
  readonly name: string;
  readonly authenticate: Authenticate;
  readonly impersonation: Access['headers'];
}

/**
 * The credentials of one context, by the Kubernetes client's own authenticators. They are asked anew for each request
 * (they cache and refresh by themselves); after `forget` the kubeconfig itself is read again.
 */
export class Credentials {
  readonly #load: () => Promise<ContextParts>;
  readonly #allowExec: () => boolean;
  readonly #clock: Pick<Clock, 'now'>;
  #current: Promise<OpenCredentials> | undefined;
  #reading: Promise<Access> | undefined;
  #last: Access | undefined;
  #trouble: { readonly error: unknown; readonly at: number } | undefined;

  constructor(load: () => Promise<ContextParts>, allowExec: () => boolean, clock: Pick<Clock, 'now'>) {
    this.#load = load;
    this.#allowExec = allowExec;
    this.#clock = clock;
  }

  /**
   * Those who ask while a plugin runs wait for the same answer: twenty watches must not open twenty login windows.
   * `UserError` `exec-needs-trust` before a plugin would run in an untrusted workspace, `credentials-failed` when one fails.
   */
  read(signal: AbortSignal): Promise<Access> {
    const reading = (this.#reading ??= this.#read());
    const done = (): void => {
      if (this.#reading === reading) this.#reading = undefined;
    };
    reading.then(done, done);
    return abortable(reading, signal);
  }

  /** Drops what is known, after the server has refused `used`; what was read after that stands. */
  forget(used: Access): void {
    if (this.#last === undefined || !isSame(this.#last, used)) return;
    this.#current = undefined;
    this.#reading = undefined;
    this.#last = undefined;
  }

  async #read(): Promise<Access> {
    const now = this.#clock.now().getTime();
    // What failed a moment ago is not tried for each request again: a plugin may ask the person.
    if (this.#trouble !== undefined && Math.abs(now - this.#trouble.at) < patience) throw this.#trouble.error;
    try {
      this.#last = await this.#readNow();
      this.#trouble = undefined;
      return this.#last;
    } catch (error) {
      this.#trouble = { error, at: now };
      throw error;
    }
  }

  async #readNow(): Promise<Access> {
    const current = (this.#current ??= this.#open());
    try {
      const { name, authenticate, impersonation } = await current;
      const options: RequestOptions = {};
      await authenticate(options).catch((cause: unknown) => {
        throw credentialsFailed(name, cause);
      });
      const access = accessOf(options);
      return { ...access, headers: { ...access.headers, ...impersonation } };
    } catch (error) {
      if (this.#current === current) this.#current = undefined;
      throw error;
    }
  }

  async #open(): Promise<OpenCredentials> {
    const parts = await this.#load();
    const exec = objectAt(parts.user, 'exec');
    if (exec !== undefined && !this.#allowExec()) {
      const command = stringAt(exec, 'command') ?? '';
      const message = `Context ${parts.name} gets its credentials by running ${command}. Trust this workspace to allow it, then connect again.`;
      throw new UserError('exec-needs-trust', message, { context: parts.name, command });
    }
    const { KubeConfig } = await loadKubernetes();
    const config = new KubeConfig();
    config.loadFromString(JSON.stringify(singleContext(parts)));
    return {
      name: parts.name,
      authenticate: (options) => config.applyToHTTPSOptions(options),
      impersonation: impersonationHeaders(parts.user),
    };
  }
}

/** What `as-groups`, `as-uid` and `as-user-extra` ask for; the client sends `as` alone, and so more rights than were meant. */
function impersonationHeaders(user: JsonObject): Access['headers'] {
  const texts = (list: readonly Json[]): readonly string[] => list.filter((each) => typeof each === 'string');
  const groups = texts(listAt(user, 'as-groups'));
  const uid = stringAt(user, 'as-uid');
  const extra = objectAt(user, 'as-user-extra') ?? {};
  return {
    ...(groups.length === 0 ? {} : { 'impersonate-group': groups }),
    ...(uid === undefined ? {} : { 'impersonate-uid': uid }),
    ...Object.fromEntries(
      // Names of extras are percent-encoded (client-go `transport.headerKeyEscape`).
      Object.keys(extra).map((key) => [`impersonate-extra-${encodeURIComponent(key)}`, texts(listAt(extra, key))]),
    ),
  };
}

/** A kubeconfig with this context alone, in the forms that the client reads. */
function singleContext(parts: ContextParts): JsonObject {
  const exec = objectAt(parts.user, 'exec');
  const tokenFile = stringAt(parts.user, 'tokenFile');
  const user = {
    ...parts.user,
    ...(exec === undefined ? {} : { exec: withExecInfo(exec, parts) }),
    // The client knows `tokenFile` only as an auth provider.
    ...(tokenFile === undefined ? {} : { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } }),
  };
  return {
    // The client refuses plain HTTP (`kubectl proxy`, a tunnel) unless it is told not to care for certificates.
    clusters: [
      {
        name: 'cluster',
        cluster: parts.server.startsWith('http:')
          ? { ...parts.cluster, 'insecure-skip-tls-verify': true }
          : parts.cluster,
      },
    ],
    users: [{ name: 'user', user }],
    contexts: [{ name: parts.name, context: { cluster: 'cluster', user: 'user' } }],
    'current-context': parts.name,
  };
}

/** Plugins such as GKE's refuse to run without `KUBERNETES_EXEC_INFO` (client.authentication.k8s.io), which the client does not set. */
function withExecInfo(exec: JsonObject, { cluster, server }: ContextParts): JsonObject {
  const apiVersion = stringAt(exec, 'apiVersion') ?? 'client.authentication.k8s.io/v1';
  const wantsCluster = valueAt(exec, 'provideClusterInfo') === true;
  const ca = stringAt(cluster, 'certificate-authority-data');
  const info = {
    apiVersion,
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(wantsCluster
        ? { cluster: { server, ...(ca === undefined ? {} : { 'certificate-authority-data': ca }) } }
        : {}),
    },
  };
  const env = valueAt(exec, 'env');
  const variable = { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) };
  return { ...exec, env: [...(Array.isArray(env) ? (env as readonly Json[]).filter(isObject) : []), variable] };
}

function isSame(one: Access, other: Access): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function accessOf(options: RequestOptions): Access {
  const headers = Object.entries(options.headers ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), String(value).trim()] as const],
  );
  const basic = typeof options.auth === 'string' ? [['authorization', basicHeader(options.auth)] as const] : [];
  return {
    headers: Object.fromEntries([...basic, ...headers]),
    tls: {
      ca: pem(options.ca),
      cert: pem(options.cert),
      key: pem(options.key),
      servername: options.servername,
      rejectUnauthorized: options.rejectUnauthorized,
    },
  };
}

function basicHeader(auth: string): string {
  return `Basic ${Buffer.from(auth).toString('base64')}`;
}

function pem(value: unknown): string | undefined {
  return Buffer.isBuffer(value) ? value.toString('utf8') : typeof value === 'string' ? value : undefined;
}

/** A plugin's own words are shown (it says how to log in); they come from its standard error, not from its credential. */
function credentialsFailed(context: string, cause: unknown): UserError {
  const text = messageOf(cause).trim().split('\n').slice(-5).join('\n');
  const isMissing = text.includes('ENOENT');
  const next = isMissing
    ? 'A file or program that the kubeconfig names is missing.'
    : 'Log in again with the cluster’s own tool.';
  const message = `The credentials of context ${context} could not be had: ${text || 'no reason given'}. ${next}`;
  return new UserError('credentials-failed', message, { context });
}
