import { isAbort, messageOf, UserError } from '../core/model/userError.ts';
import { readArguments, usage } from './arguments.ts';
import type { CliRequest } from './arguments.ts';
import { readPolicyArguments } from './policy/policyArguments.ts';
import type { PolicyRequest } from './policy/policyArguments.ts';
import { runPolicy } from './policy/runPolicy.ts';
import { runRequest } from './runRequest.ts';
import type { CliResult } from './runRequest.ts';
import { version } from './version.ts';

/** Exit status: 0 in sync or healthy, 1 differences or something unhealthy (or what `--fail-on` names), 2 something could not be done. */
type ExitStatus = 0 | 1 | 2;

/** Runs one call of `plumbline`; everything that goes wrong ends in one line on stderr. */
async function main(args: readonly string[], signal: AbortSignal): Promise<ExitStatus> {
  try {
    const request = readRequest(args);
    if (request === 'help' || request === 'version') {
      process.stdout.write(request === 'help' ? usage : `${version}\n`);
      return 0;
    }
    const { text, isFailed, hasTrouble } = await run(request, signal);
    process.stdout.write(text);
    return hasTrouble ? 2 : isFailed ? 1 : 0;
  } catch (error) {
    if (!isAbort(error)) process.stderr.write(`plumbline: ${messageOf(error)}\n`);
    if (!(error instanceof UserError) && process.env.PLUMBLINE_DEBUG !== undefined) console.error(error);
    return 2;
  }
}

function readRequest(args: readonly string[]): CliRequest | PolicyRequest | 'help' | 'version' {
  const [command, ...rest] = args;
  const asksHelp = rest.includes('--help') || rest.includes('-h');
  return command === 'policy' && !asksHelp ? readPolicyArguments(rest) : readArguments(asksHelp ? ['--help'] : args);
}

function run(request: CliRequest | PolicyRequest, signal: AbortSignal): Promise<CliResult> {
  return request.command === 'policy' ? runPolicy(request, signal) : runRequest(request, signal);
}

const interrupted = new AbortController();
process.once('SIGINT', () => {
  interrupted.abort();
});
// `exitCode` instead of `exit`: what was written to a pipe must reach the other end.
void main(process.argv.slice(2), interrupted.signal).then((status) => {
  process.exitCode = status;
});
