import { parseArgs } from 'node:util';
import path from 'node:path';
import { examples } from '../lab/examples/examples.ts';
import type { ReconcilerName } from '../lab/reconciler.ts';
import { LabError } from '../lab/labError.ts';

/** What `npm start` was asked for. */
export interface StartChoice {
  readonly reconcilers: readonly ReconcilerName[];
  /** Which example, where no folder is given. */
  readonly example: keyof typeof examples;
  /** A person's own repository (absolute) instead of the example; no lab is started then. */
  readonly folder: string | undefined;
  /** Absolute. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly port: number | undefined;
  /** Whether to show the address in the system's browser. */
  readonly isOpened: boolean;
}

const known: readonly ReconcilerName[] = ['flux', 'argocd'];

/** How to call it, for `--help` and mistakes. */
export const startUsage = [
  'usage: npm start -- [--example storefront|pantry] [--reconcilers flux,argocd] [--port N] [--no-open]',
  '       npm start -- --folder DIR [--kubeconfig FILE] [--context NAME] [--port N] [--no-open]',
].join('\n');

function reconcilersIn(text: string): readonly ReconcilerName[] {
  const names = text.split(',').map((name) => name.trim());
  const chosen = known.filter((name) => names.includes(name));
  if (chosen.length === names.length) return chosen;
  throw new LabError(`--reconcilers takes flux, argocd or both with a comma, not "${text}".`);
}

function exampleIn(text: string): keyof typeof examples {
  if (text === 'storefront' || text === 'pantry') return text;
  throw new LabError(`--example takes ${Object.keys(examples).join(' or ')}, not "${text}".`);
}

function portIn(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new LabError(`--port takes a number from 1 to 65535, not "${text}".`);
}

/** Reads the command line; `LabError` when it makes no sense, `undefined` when it asks for help. */
export function parseStartArguments(args: readonly string[]): StartChoice | undefined {
  const { values } = parseOptions(args);
  if (values.help === true) return undefined;
  const { folder, kubeconfig, context, port } = values;
  if (folder !== undefined && values.example !== undefined) {
    throw new LabError('--example and --folder are two ways to say what to open: take one.');
  }
  if (folder === undefined && (kubeconfig !== undefined || context !== undefined)) {
    throw new LabError('--kubeconfig and --context go with --folder, the repository to open.');
  }
  if (kubeconfig !== undefined && context === undefined) {
    throw new LabError('--kubeconfig needs --context: name the context to connect to.');
  }
  return {
    reconcilers: reconcilersIn(values.reconcilers ?? 'flux'),
    example: exampleIn(values.example ?? 'storefront'),
    folder: folder === undefined ? undefined : path.resolve(folder),
    kubeconfig: kubeconfig === undefined ? undefined : path.resolve(kubeconfig),
    context,
    port: port === undefined ? undefined : portIn(port),
    isOpened: values['no-open'] !== true,
  };
}

// The return type is the option table's, which only the compiler can spell.
function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        reconcilers: { type: 'string' },
        example: { type: 'string' },
        folder: { type: 'string' },
        kubeconfig: { type: 'string' },
        context: { type: 'string' },
        port: { type: 'string' },
        'no-open': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new LabError(`${error instanceof Error ? error.message : String(error)}\n${startUsage}`);
  }
}
