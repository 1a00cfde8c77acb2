import { parseArgs } from 'node:util';
import { UserError, messageOf } from '../core/model/userError.ts';

/** What a call of `plumbline` asks for, read once from the command line. */
export interface CliRequest {
  readonly command: 'status' | 'render' | 'diff' | 'health';
  readonly folder: string;
  readonly output: 'text' | 'json';
  /** Names or ids of apps; empty means all. */
  readonly apps: readonly string[];
  readonly live: LiveChoice;
  /** Revision for `render`; absent renders the working tree. */
  readonly revision?: string | undefined;
}

/** Where the live side comes from; the kubeconfig's current-context is never used unasked. */
export type LiveChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'context'; readonly context: string; readonly kubeconfig?: string | undefined }
  | { readonly kind: 'file'; readonly file: string };

const commands = ['status', 'render', 'diff', 'health'] as const;

export const usage = `plumbline: what Git declares, what the cluster runs, and the line that explains the difference

Usage
  plumbline status [APP…]   the apps of the repository, with sync and health
  plumbline render [APP…]   the objects that apps render to
  plumbline diff   [APP…]   what differs, whose change it is, and the line that declares it
  plumbline health [APP…]   how every app and object is, in its reconciler's words

Options
  --app NAME          an app, as if named after the command; may be given more than once
  --folder DIR        any folder of the repository (default: the current one)
  --context NAME      the cluster to compare with, by kubeconfig context
  --kubeconfig FILE   instead of KUBECONFIG or ~/.kube/config
  --live FILE         a dump (kubectl get -o yaml|json) as the live side instead of a cluster
  --revision REV      render: a commit, branch or tag instead of the working tree
  -o, --output FORM   text (default) or json
  -h, --help          this text
  --version           the version

Exit status
  0  in sync, healthy   1  differences, something unhealthy   2  something could not be done or judged
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
  const live = readLive(values);
  if (command === 'health' && live.kind === 'none') {
    throw wrongUsage('health is that of a cluster: say which by --context, or a dump of it by --live.');
  }
  if (values.revision !== undefined && command !== 'render') throw wrongUsage('--revision goes with render only.');
  return {
    command,
    apps: [...apps, ...(values.app ?? [])],
    folder: values.folder ?? '.',
    output: readOutput(values.output ?? 'text'),
    live,
    revision: values.revision,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        app: { type: 'string', multiple: true },
        folder: { type: 'string' },
        context: { type: 'string' },
        kubeconfig: { type: 'string' },
        live: { type: 'string' },
        revision: { type: 'string' },
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
