import { parseArgs } from 'node:util';
import { messageOf } from '../../core/model/userError.ts';
import { readLive } from '../arguments.ts';
import type { LiveChoice } from '../arguments.ts';
import { readFailOn } from '../report/failOn.ts';
import type { FailOn } from '../report/failOn.ts';
import { wrongUsage } from '../wrongUsage.ts';

/** What a call of `plumbline policy` asks for. */
export interface PolicyRequest {
  readonly command: 'policy';
  readonly output: PolicyOutput;
  /** What leads to exit status 1; absent: any violation. */
  readonly failOn?: FailOn | undefined;
  /** Files and folders of policies; in a repository beside its own. */
  readonly policies: readonly string[];
  readonly target: PolicyTarget;
}

/** What is judged. */
export type PolicyTarget =
  /** Objects of files; what else exists is in the `context` files. */
  | { readonly kind: 'files'; readonly resources: readonly string[]; readonly context: readonly string[] }
  /** The folders that a JSON list names, each in the layout of the policy cases. */
  | { readonly kind: 'batch'; readonly list: string }
  /** What the apps of a repository render to. */
  | {
      readonly kind: 'repository';
      readonly folder: string;
      readonly apps: readonly string[];
      readonly live: LiveChoice;
    };

const outputs = ['text', 'json', 'sarif', 'markdown', 'openreports'] as const;
export type PolicyOutput = (typeof outputs)[number];

type ListOption = 'policies' | 'context' | 'resources';
const lists: ReadonlySet<string> = new Set<ListOption>(['policies', 'context', 'resources']);

interface Values {
  readonly lists: Readonly<Record<ListOption, readonly string[]>>;
  readonly apps: readonly string[];
  readonly batch?: string | undefined;
  readonly folder?: string | undefined;
  readonly kubeconfig?: string | undefined;
  readonly live?: string | undefined;
  readonly output: PolicyOutput;
  readonly failOn?: FailOn | undefined;
}

/**
 * Reads the arguments behind `plumbline policy`. `--context` names what objects meet: files that say what exists beside
 * `--resources`, else, as with the other commands, a context of the kubeconfig.
 */
export function readPolicyArguments(args: readonly string[]): PolicyRequest {
  const values = readValues(args);
  const { policies } = values.lists;
  const { output, failOn } = values;
  return { command: 'policy', output, policies, target: readTarget(values), ...(failOn && { failOn }) };
}

function readTarget(values: Values): PolicyTarget {
  const { batch, apps, folder, live, kubeconfig } = values;
  const { policies, resources, context } = values.lists;
  const isOfFiles = batch !== undefined || resources.length > 0;
  if (isOfFiles && (folder ?? live ?? kubeconfig ?? apps[0]) !== undefined) {
    const what = batch === undefined ? '--resources' : '--batch';
    throw wrongUsage(`${what} judges files: apps, --folder, --live and --kubeconfig go without it.`);
  }
  if (batch !== undefined) {
    if (policies.length + resources.length + context.length > 0)
      throw wrongUsage('--batch names everything itself: --policies, --context and --resources go without it.');
    return { kind: 'batch', list: batch };
  }
  if (resources.length > 0) {
    if (policies.length === 0) throw wrongUsage('--resources needs --policies: what they are judged by.');
    return { kind: 'files', resources, context };
  }
  if (context.length > 1) throw wrongUsage('Without --resources, --context names one context of the kubeconfig.');
  return { kind: 'repository', folder: folder ?? '.', apps, live: readLive({ context: context[0], kubeconfig, live }) };
}

/** An option of files takes all words up to the next option, and may be given again. */
function readValues(args: readonly string[]): Values {
  const { values, tokens } = parse(args);
  const found: Record<ListOption, string[]> = { policies: [], context: [], resources: [] };
  const apps: string[] = [...(values.app ?? [])];
  let into = apps;
  for (const token of tokens) {
    if (token.kind === 'positional') into.push(token.value);
    if (token.kind === 'option') {
      into = isList(token.name) ? found[token.name] : apps;
      if (isList(token.name)) into.push(token.value);
    }
  }
  const failOn = values['fail-on'] && readFailOn(values['fail-on'].flatMap((each) => each.split(',')));
  return { ...values, apps, lists: found, output: readOutput(values.output ?? 'text'), failOn };
}

function isList(name: string): name is ListOption {
  return lists.has(name);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      tokens: true,
      options: {
        policies: { type: 'string', multiple: true },
        context: { type: 'string', multiple: true },
        resources: { type: 'string', multiple: true },
        batch: { type: 'string' },
        folder: { type: 'string' },
        kubeconfig: { type: 'string' },
        live: { type: 'string' },
        output: { type: 'string', short: 'o' },
        app: { type: 'string', multiple: true },
        'fail-on': { type: 'string', multiple: true },
      },
    });
  } catch (error) {
    throw wrongUsage(messageOf(error).replace(/\. .*/s, '.'));
  }
}

function readOutput(word: string): PolicyOutput {
  const output = outputs.find((each) => each === word);
  if (output === undefined) throw wrongUsage(`--output of policy takes ${outputs.join(', ')}, not "${word}".`);
  return output;
}
