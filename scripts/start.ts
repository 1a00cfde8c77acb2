import type { StartChoice } from './start/arguments.ts';
import { parseStartArguments, startUsage } from './start/arguments.ts';
import { runSession } from './start/session.ts';

function progress(line: string): void {
  console.log(line);
}

/** Ctrl-C, a polite kill and a closed terminal all end the session; a second Ctrl-C does not wait. */
function endingSignal(): AbortSignal {
  const controller = new AbortController();
  const end = (): void => {
    if (controller.signal.aborted) process.exit(130);
    progress('\nEnding …');
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, end);
  // A terminal that is gone must not turn the next line into a crash that leaves things running.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return controller.signal;
}

async function start(choice: StartChoice): Promise<void> {
  const signal = endingSignal();
  await runSession({ choice, progress, signal });
}

try {
  const choice = parseStartArguments(process.argv.slice(2));
  if (choice === undefined) console.log(startUsage);
  else await start(choice);
  process.exit(0);
} catch (error) {
  console.error(`plumbline: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
