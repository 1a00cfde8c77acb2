import { isAbort, messageOf, UserError } from '../core/model/userError.ts';
import { readArguments, usage } from './arguments.ts';
import { runRequest } from './runRequest.ts';
import { version } from './version.ts';

/** Exit status: 0 in sync or healthy, 1 differences or something unhealthy, 2 something could not be done. */
type ExitStatus = 0 | 1 | 2;

/** Runs one call of `plumbline`; everything that goes wrong ends in one line on stderr. */
async function main(args: readonly string[], signal: AbortSignal): Promise<ExitStatus> {
  try {
    const request = readArguments(args);
    if (request === 'help' || request === 'version') {
      process.stdout.write(request === 'help' ? usage : `${version}\n`);
      return 0;
    }
    const { text, hasDifferences, hasTrouble } = await runRequest(request, signal);
    process.stdout.write(text);
    return hasTrouble ? 2 : hasDifferences ? 1 : 0;
  } catch (error) {
    if (!isAbort(error)) process.stderr.write(`plumbline: ${messageOf(error)}\n`);
    if (!(error instanceof UserError) && process.env.PLUMBLINE_DEBUG !== undefined) console.error(error);
    return 2;
  }
}

const interrupted = new AbortController();
process.once('SIGINT', () => {
  interrupted.abort();
});
// `exitCode` instead of `exit`: what was written to a pipe must reach the other end.
void main(process.argv.slice(2), interrupted.signal).then((status) => {
  process.exitCode = status;
});
