import type { RequestOptions } from 'node:https';
import { without } from '../../core/diff/without.ts';
import { listAt, objectAt, stringAt } from '../../core/model/json.ts';
import type { Json, JsonObject } from '../../core/model/json.ts';
import { UserError, messageOf } from '../../core/model/userError.ts';
import type { Clock } from '../../core/ports.ts';
import { abortable } from './abortable.ts';
import { ExecPlugin } from './execPlugin.ts';
import type { PluginCredential } from './execPlugin.ts';
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
  /** The program that is run for them. */
  readonly command: string | undefined;
  readonly authenticate: Authenticate;
  readonly impersonation: Access['headers'];
}

/** What credentials need of their connection. */
export interface CredentialParts {
  /** Reads the kubeconfig. */
  readonly load: () => Promise<ContextParts>;
  readonly allowExec: () => boolean;
  readonly clock: Pick<Clock, 'now'>;
  /** Told before a program is asked for credentials; what it returns is called when that has answered. */
  readonly onProgram: (command: string) => () => void;
}

/**
 * The credentials of one context, by the Kubernetes client's own authenticators. They are asked anew for each request
 * (they cache and refresh by themselves); after `forget` the kubeconfig itself is read again.
 */
export class Credentials {
  readonly #load: () => Promise<ContextParts>;
  readonly #allowExec: () => boolean;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #onProgram: CredentialParts['onProgram'];
  readonly #closed = new AbortController();
  #current: Promise<OpenCredentials> | undefined;
  #reading: Promise<Access> | undefined;
  #last: Access | undefined;
  #trouble: { readonly error: unknown; readonly at: number } | undefined;

  constructor({ load, allowExec, clock, onProgram }: CredentialParts) {
    this.#load = load;
    this.#allowExec = allowExec;
    this.#clock = clock;
    this.#onProgram = onProgram;
  }

  /** Ends a program that still runs: nobody waits for it any more. */
  close(): void {
    this.#closed.abort();
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
      const { name, command, authenticate, impersonation } = await current;
      const options: RequestOptions = {};
      const done = command === undefined ? undefined : this.#onProgram(command);
      await authenticate(options)
        .catch((cause: unknown) => {
          throw credentialsFailed(name, cause);
        })
        .finally(done);
      const access = accessOf(options);
      return { ...access, headers: { ...access.headers, ...impersonation } };
    } catch (error) {
      if (this.#current === current) this.#current = undefined;
      throw error;
    }
  }

  async #open(): Promise<OpenCredentials> {
    const parts = await this.#load();
    const command = programOf(parts.user);
    if (command !== undefined && !this.#allowExec()) {
      const message = `Context ${parts.name} gets its credentials by running ${command}. Trust this workspace to allow it, then connect again.`;
      throw new UserError('exec-needs-trust', message, { context: parts.name, command });
    }
    const { KubeConfig } = await loadKubernetes();
    const config = new KubeConfig();
    config.loadFromString(JSON.stringify(singleContext(parts)));
    const exec = objectAt(parts.user, 'exec');
    const plugin = exec === undefined ? undefined : new ExecPlugin(exec, parts, () => this.#clock.now());
    return {
      name: parts.name,
      command,
      authenticate: async (options) => {
        await config.applyToHTTPSOptions(options);
        if (plugin !== undefined) applyCredential(options, await plugin.read(this.#closed.signal));
      },
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
  const tokenFile = stringAt(parts.user, 'tokenFile');
  const user = {
    // Its program is run by us.
    ...without(parts.user, 'exec'),
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

/** The program that would be run for a user's credentials: of `exec`, and of providers from before it that run one too. */
function programOf(user: JsonObject): string | undefined {
  const provider = objectAt(user, 'auth-provider', 'config');
  const exec = objectAt(user, 'exec') ?? objectAt(provider, 'exec');
  return exec === undefined ? stringAt(provider, 'cmd-path') : (stringAt(exec, 'command') ?? '');
}

/** Puts a plugin's credential where the client puts those that it knows. */
function applyCredential(options: RequestOptions, { token, certificate, key }: PluginCredential): void {
  if (certificate !== undefined) options.cert = certificate;
  if (key !== undefined) options.key = key;
  if (token !== undefined) options.headers = Object.assign({}, options.headers, { Authorization: `Bearer ${token}` });
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
