import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { isObject, objectAt, stringAt } from '../../core/model/json.ts';
import type { JsonObject } from '../../core/model/json.ts';
import { UserError } from '../../core/model/userError.ts';
import { helmConfig } from './helmRepositories.ts';
import type { Environment } from './helmRepositories.ts';

/** Who to be at a registry. */
export type RegistryLogin =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** An identity token, exchanged for one that reads. */
  | { readonly kind: 'token'; readonly token: string };

/** Where logins are looked for. */
export interface LoginOptions {
  readonly environment: Environment;
  /** Whether programs that keep credentials (`docker-credential-…`) may be started. */
  readonly allowExec: () => boolean;
}

/** Docker's own name for its registry in files. */
const dockerHub = 'https://index.docker.io/v1/';

/**
 * The login for a registry, from Helm's registry file or Docker's, entries and credential helpers alike; `undefined` where
 * nobody logged in. Nothing of it is kept. `UserError` `fetch-needs-trust` when only a helper knows and none may be started.
 */
export async function findLogin(host: string, options: LoginOptions): Promise<RegistryLogin | undefined> {
  for (const file of loginFiles(options.environment)) {
    const config = await readConfig(file);
    const found = config && (await loginIn(config, host, options));
    if (found !== undefined) return found;
  }
  return undefined;
}

function loginFiles(environment: Environment): readonly string[] {
  const docker = environment.DOCKER_CONFIG || path.join(homedir(), '.docker');
  const helm = environment.HELM_REGISTRY_CONFIG || path.join(helmConfig(environment), 'registry', 'config.json');
  return [helm, path.join(docker, 'config.json')];
}

async function readConfig(file: string): Promise<JsonObject | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch (cause) {
    throw new UserError('fetch-failed', `${file} is not valid JSON.`, { file }, { cause });
  }
}

async function loginIn(config: JsonObject, host: string, options: LoginOptions): Promise<RegistryLogin | undefined> {
  const names = host === 'registry-1.docker.io' || host === 'docker.io' ? [dockerHub, 'docker.io'] : [host];
  for (const name of names) {
    const helper = stringAt(objectAt(config, 'credHelpers'), name) ?? stringAt(config, 'credsStore');
    const entry = entryOf(objectAt(config, 'auths'), name);
    const found = entry === undefined ? undefined : readEntry(entry);
    if (found !== undefined) return found;
    if (helper === undefined || !/^[\w.-]+$/.test(helper)) continue;
    const asked = await askHelper(helper, name, options);
    if (asked !== undefined) return asked;
  }
  return undefined;
}

/** Entries may carry a scheme and a path. */
function entryOf(auths: JsonObject | undefined, name: string): JsonObject | undefined {
  const bare = (text: string): string => text.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  const key = Object.keys(auths ?? {}).find((each) => each === name || bare(each) === name);
  return key === undefined ? undefined : objectAt(auths, key);
}

function readEntry(entry: JsonObject): RegistryLogin | undefined {
  const token = stringAt(entry, 'identitytoken') || undefined;
  if (token !== undefined) return { kind: 'token', token };
  const packed = Buffer.from(stringAt(entry, 'auth') ?? '', 'base64').toString('utf8');
  const colon = packed.indexOf(':');
  const username = colon < 0 ? stringAt(entry, 'username') : packed.slice(0, colon);
  const password = colon < 0 ? stringAt(entry, 'password') : packed.slice(colon + 1);
  return username === undefined || password === undefined ? undefined : { kind: 'password', username, password };
}

/** Milliseconds; a helper may ask a person. */
const patience = 60_000;

async function askHelper(
  helper: string,
  server: string,
  { allowExec, environment }: LoginOptions,
): Promise<RegistryLogin | undefined> {
  const program = `docker-credential-${helper}`;
  if (!allowExec()) {
    const message = `The login for ${server} is kept by ${program}, which is started in trusted workspaces only.`;
    throw new UserError('fetch-needs-trust', message, { program });
  }
  const reply = await run(program, server, environment);
  if (reply === undefined) return undefined;
  const username = stringAt(reply, 'Username');
  const secret = stringAt(reply, 'Secret');
  if (username === undefined || secret === undefined || secret === '') return undefined;
  return username === '<token>' ? { kind: 'token', token: secret } : { kind: 'password', username, password: secret };
}

/** A helper that fails knows no login for the server. */
function run(program: string, server: string, environment: Environment): Promise<JsonObject | undefined> {
  return new Promise((resolve) => {
    const child = execFile(program, ['get'], { timeout: patience, env: { ...environment } }, (error, stdout) => {
      if (error !== null) {
        resolve(undefined);
        return;
      }
      try {
        const value: unknown = JSON.parse(stdout);
        resolve(isObject(value) ? value : undefined);
      } catch {
        resolve(undefined);
      }
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(server);
  });
}
