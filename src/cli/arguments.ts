import { parseArgs } from 'node:util';
import { UserError, messageOf } from '../core/model/userError.ts';

/** What a call of `plumbline` asks for, read once from the command line. */
export interface CliRequest {
  readonly command: 'status' | 'render' | 'diff';
  readonly folder: string;
  readonly output: 'text' | 'json';
  /** Names or ids of apps; empty means all. */
  readonly apps: readonly string[];
  readonly live: LiveChoice;
  /** Revision for `render`; absent renders the working tree. */
  readonly revision?: string | undefined;
  /** Fetch from elsewhere what apps need and is not kept yet. */
  readonly fetch: boolean;
  /** The Kubernetes version to render charts for where no cluster says its own. */
  readonly kubeVersion?: string | undefined;
}

/** Where the live side comes from; the kubeconfig's current-context is never used unasked. */
export type LiveChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'context'; readonly context: string; readonly kubeconfig?: string | undefined }
  | { readonly kind: 'file'; readonly file: string };

const commands = ['status', 'render', 'diff'] as const;

export const usage = `plumbline: what Git declares, what the cluster runs, and the line that explains the difference

Usage
  plumbline status [APP…]   the apps of the repository, with sync and health
  plumbline render [APP…]   the objects that apps render to
  plumbline diff   [APP…]   what differs, whose change it is, and the line that declares it

Options
  --folder DIR        any folder of the repository (default: the current one)
  --context NAME      the cluster to compare with, by kubeconfig context
  --kubeconfig FILE   instead of KUBECONFIG or ~/.kube/config
  --live FILE         a dump (kubectl get -o yaml|json) as the live side instead of a cluster
  --revision REV      render: a commit, branch or tag instead of the working tree
  --fetch             fetch charts and bases from the registries and repositories that apps name, with the logins of
                      Helm, Docker and git; what was fetched is kept, and later calls need no network
  --kube-version VER  render charts for this version of Kubernetes, unless a connected cluster says its own
  -o, --output FORM   text (default) or json
  -h, --help          this text
  --version           the version

Exit status
  0  in sync   1  differences   2  something could not be done or judged
`;

/** Reads the arguments behind the program's name; `help` and `version` ask for text only. `UserError` `usage` for anything not understood. */
export function readArguments(args: readonly string[]): CliRequest | 'help' | 'version' {
  const { values, positionals } = parse(args);
  if (values.help === true) return 'help';
  if (values.version === true) return 'version';
  const [name, ...apps] = positionals;
  if (name === undefined) return 'help';
  const command = commands.find((each) => each === name);
  if (command === undefined) throw wrongUsage(`There is no command "${name}".`);
  if (values.revision !== undefined && command !== 'render') throw wrongUsage('--revision goes with render only.');
  return {
    command,
    apps,
    folder: values.folder ?? '.',
    output: readOutput(values.output ?? 'text'),
    live: readLive(values),
    revision: values.revision,
    fetch: values.fetch === true,
    kubeVersion: readVersion(values['kube-version']),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        folder: { type: 'string' },
        context: { type: 'string' },
        kubeconfig: { type: 'string' },
        live: { type: 'string' },
        revision: { type: 'string' },
        fetch: { type: 'boolean' },
        'kube-version': { type: 'string' },
        output: { type: 'string', short: 'o' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw wrongUsage(messageOf(error).replace(/\. .*/s, '.'));
  }
}

function readOutput(word: string): 'text' | 'json' {
  if (word === 'text' || word === 'json') return word;
  throw wrongUsage(`--output takes text or json, not "${word}".`);
}

function readVersion(text: string | undefined): string | undefined {
  if (text === undefined || /^v?\d+\.\d+(?:\.\d+)?(?:[-+].*)?$/.test(text)) return text;
  throw wrongUsage(`--kube-version takes a version such as 1.33, not "${text}".`);
}

function readLive(values: { context?: string; kubeconfig?: string; live?: string }): LiveChoice {
  const { context, kubeconfig, live } = values;
  if (live !== undefined && context !== undefined) throw wrongUsage('--live and --context exclude each other.');
  if (live !== undefined) return { kind: 'file', file: live };
  if (context !== undefined) return { kind: 'context', context, kubeconfig };
  if (kubeconfig !== undefined) throw wrongUsage('--kubeconfig needs --context: no context is chosen unasked.');
  return { kind: 'none' };
}

function wrongUsage(message: string): UserError {
  return new UserError('usage', `${message} "plumbline --help" shows what there is.`);
}
