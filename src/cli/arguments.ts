import { parseArgs } from 'node:util';
import type { Origin } from '../core/model/difference.ts';
import { messageOf } from '../core/model/userError.ts';
import { wrongUsage } from './wrongUsage.ts';
import { readFailOn } from './report/failOn.ts';
import type { FailOn } from './report/failOn.ts';

/** What a call of `plumbline` asks for, read once from the command line. */
export interface CliRequest {
  readonly command: 'status' | 'render' | 'diff' | 'health';
  readonly folder: string;
  readonly output: OutputForm;
  /** Names or ids of apps; empty means all. */
  readonly apps: readonly string[];
  readonly live: LiveChoice;
  /** Which differences count and are shown; empty means all. */
  readonly origins: readonly Origin[];
  /** Ask the cluster by server-side dry-run what it would make of every declared object. */
  readonly asksServer: boolean;
  /** What leads to exit status 1; absent: any difference. */
  readonly failOn?: FailOn | undefined;
  /** Revision for `render`; absent renders the working tree. */
  readonly revision?: string | undefined;
  /** Fetch from elsewhere what apps need and is not kept yet. */
  readonly fetch: boolean;
  /** The Kubernetes version to render charts for where no cluster says its own. */
  readonly kubeVersion?: string | undefined;
}

const outputForms = ['text', 'json', 'sarif', 'markdown'] as const;
export type OutputForm = (typeof outputForms)[number];

/** Where the live side comes from; the kubeconfig's current-context is never used unasked. */
export type LiveChoice =
  | { readonly kind: 'none' }
  /** Several: an Argo CD hub and the clusters that it deploys to. */
  | { readonly kind: 'context'; readonly contexts: readonly string[]; readonly kubeconfig?: string | undefined }
  | { readonly kind: 'file'; readonly file: string };

const commands = ['status', 'render', 'diff', 'health'] as const;

export const usage = `plumbline: what Git declares, what the cluster runs, and the line that explains the difference

Usage
  plumbline status [APP…]   the apps of the repository, with sync and health
  plumbline render [APP…]   the objects that apps render to
  plumbline diff   [APP…]   what differs, whose change it is, and the line that declares it
  plumbline health [APP…]   how every app and object is, in its reconciler's words
  plumbline policy [APP…]   what admission policies will say of what apps render to
  plumbline policy --policies F… [--context F…] --resources F…
                            the same for the objects of files; the files are all there is
  plumbline policy --batch LIST.json
                            the same for each folder of a JSON list (policies.yaml, context.yaml, resources.yaml),
                            one line of JSON each

Options
  --app NAME          the same as APP; several times for several
  --folder DIR        any folder of the repository (default: the current one)
  --context NAME      the cluster to compare with, by kubeconfig context; several times for several, such as an
                      Argo CD hub and the clusters that it deploys to
  --kubeconfig FILE   instead of KUBECONFIG or ~/.kube/config
  --live PATH         a dump as the live side instead of a cluster: a file (kubectl get -o yaml|json), or a folder of them
                      (kubectl cluster-info dump, must-gather)
  --revision REV      render: a commit, branch or tag instead of the working tree
  --fetch             fetch charts and bases from the registries and repositories that apps name, with the logins of
                      Helm, Docker and git; what was fetched is kept, and later calls need no network
  --kube-version VER  render charts for this version of Kubernetes, unless a connected cluster says its own
  --policies F…       policy: files and folders of policies, in a repository beside its own
  --origin ORIGIN     uncommitted, unpushed, unsynced or drift: only such differences (several with commas);
                      health: only of what differs so
  --dry-run=server    ask the cluster what it would make of each declared object; nothing is written, the right to patch
                      is needed
  --fail-on WHAT      exit status 1 only for findings of this severity and worse (error, warning, information, hint),
                      with this code (drift.field-changed, or drift for all of them; health for health), or none
                      (several with commas)
  -o, --output FORM   text (default), json, sarif (2.1.0, for code scanning) or markdown (for a pull request)
                      policy: also openreports
  -h, --help          this text
  --version           the version

Exit status
  0  in sync, healthy   1  differences, violations, something unhealthy (or what --fail-on says)   2  something could not be done or judged
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
  checkOptions(command, values);
  const output = readOutput(values.output ?? 'text');
  if (command === 'render' && (output === 'sarif' || output === 'markdown')) {
    throw wrongUsage(`render prints text or json, not ${output}.`);
  }
  return {
    command,
    apps: [...apps, ...(values.app ?? [])],
    folder: values.folder ?? '.',
    output,
    live,
    origins: words(values.origin).map(readOrigin),
    asksServer: readDryRun(values['dry-run'], live),
    failOn: values['fail-on'] === undefined ? undefined : readFailOn(words(values['fail-on'])),
    revision: values.revision,
    fetch: values.fetch === true,
    kubeVersion: readVersion(values['kube-version']),
  };
}

/** Options that not every command knows what to do with. */
const optionsOf = {
  revision: ['render'],
  origin: ['status', 'diff', 'health'],
  'dry-run': ['status', 'diff', 'health'],
  'fail-on': ['status', 'diff', 'health'],
  context: ['status', 'diff', 'health'],
  live: ['status', 'diff', 'health'],
} as const satisfies Readonly<Record<string, readonly CliRequest['command'][]>>;

function checkOptions(command: CliRequest['command'], values: Readonly<Record<string, unknown>>): void {
  for (const [option, takers] of Object.entries(optionsOf)) {
    if (values[option] === undefined || takers.some((each) => each === command)) continue;
    const [first = '', ...more] = takers;
    const last = more.pop();
    const all = last === undefined ? `${first} only` : `${[first, ...more].join(', ')} and ${last}`;
    throw wrongUsage(`--${option} goes with ${all}, not with ${command}.`);
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        app: { type: 'string', multiple: true },
        folder: { type: 'string' },
        origin: { type: 'string', multiple: true },
        'dry-run': { type: 'string' },
        'fail-on': { type: 'string', multiple: true },
        context: { type: 'string', multiple: true },
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

function readOutput(word: string): OutputForm {
  const form = outputForms.find((each) => each === word);
  if (form === undefined) throw wrongUsage(`--output takes text, json, sarif or markdown, not "${word}".`);
  return form;
}

function readDryRun(word: string | undefined, live: LiveChoice): boolean {
  if (word === undefined) return false;
  if (word !== 'server') throw wrongUsage(`--dry-run takes server, not "${word}".`);
  if (live.kind !== 'context') throw wrongUsage('--dry-run=server needs --context: only a cluster can be asked.');
  return true;
}

function readVersion(text: string | undefined): string | undefined {
  if (text === undefined || /^v?\d+\.\d+(?:\.\d+)?(?:[-+].*)?$/.test(text)) return text;
  throw wrongUsage(`--kube-version takes a version such as 1.33, not "${text}".`);
}

const origins = ['uncommitted', 'unpushed', 'unsynced', 'drift'] as const;

function readOrigin(word: string): Origin {
  const origin = origins.find((each) => each === word);
  if (origin === undefined) throw wrongUsage(`--origin takes ${origins.join(', ')}, not "${word}".`);
  return origin;
}

/** Values of an option that may be repeated and may hold several with commas. */
function words(values: readonly string[] | undefined): readonly string[] {
  return (values ?? []).flatMap((value) => value.split(',')).map((word) => word.trim());
}

interface LiveOptions {
  readonly context?: string | readonly string[] | undefined;
  readonly kubeconfig?: string | undefined;
  readonly live?: string | undefined;
}

/** Reads where the live side comes from. */
export function readLive(values: LiveOptions): LiveChoice {
  const { context, kubeconfig, live } = values;
  if (live !== undefined && context !== undefined) throw wrongUsage('--live and --context exclude each other.');
  if (live !== undefined) return { kind: 'file', file: live };
  if (context !== undefined) return { kind: 'context', contexts: [context].flat(), kubeconfig };
  if (kubeconfig !== undefined) throw wrongUsage('--kubeconfig needs --context: no context is chosen unasked.');
  return { kind: 'none' };
}
