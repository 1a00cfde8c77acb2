import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { isObject, listAt, stringAt, valueAt } from '../../core/model/json.ts';
import { readYaml } from '../../core/yaml/readYaml.ts';
import { basic } from './httpClient.ts';
import type { ServerOptions } from './httpClient.ts';

/** A repository as a person's own Helm knows it. */
export interface HelmRepository extends ServerOptions {
  readonly url: string;
  /** Its credentials go to other hosts too that its index names. */
  readonly passesEverywhere: boolean;
}

/** The environment variables that decide where files are. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads Helm's `repositories.yaml`; nothing where there is none. */
export async function readHelmRepositories(environment: Environment): Promise<readonly HelmRepository[]> {
  const file = environment.HELM_REPOSITORY_CONFIG || path.join(helmConfig(environment), 'repositories.yaml');
  const text = await readFile(file, 'utf8').catch(() => '');
  return listAt(readYaml(text, 'plain').documents[0]?.value, 'repositories')
    .filter(isObject)
    .map((entry) => {
      const part = (name: string): string | undefined => stringAt(entry, name) || undefined;
      const username = part('username');
      return {
        url: part('url') ?? '',
        passesEverywhere: valueAt(entry, 'pass_credentials_all') === true,
        authorization: username === undefined ? undefined : basic(username, part('password') ?? ''),
        caFile: part('caFile'),
        certFile: part('certFile'),
        keyFile: part('keyFile'),
        isInsecure: valueAt(entry, 'insecure_skip_tls_verify') === true,
      };
    });
}

/** Helm's own folder of configuration (helm `helmpath`). */
export function helmConfig(environment: Environment): string {
  if (environment.HELM_CONFIG_HOME) return environment.HELM_CONFIG_HOME;
  if (environment.XDG_CONFIG_HOME) return path.join(environment.XDG_CONFIG_HOME, 'helm');
  if (process.platform === 'darwin') return path.join(homedir(), 'Library', 'Preferences', 'helm');
  if (process.platform === 'win32') return path.join(environment.APPDATA ?? homedir(), 'helm');
  return path.join(homedir(), '.config', 'helm');
}
