import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { LabError } from './labError.ts';

/** A program that runs until told to end; what it says goes to `logFile`. */
export interface Service {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** The first line of standard output, for programs that announce themselves with one; rejects when they end before. */
  readonly firstLine: Promise<string>;
  /** Resolves when the program has ended, for whatever reason. */
  readonly ended: Promise<void>;
  isRunning(): boolean;
  stop(): Promise<void>;
}

/** A program to start. Its standard input stays open as a lifeline: it must end, or be under `guard`, when that closes. */
export interface ServiceCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The name the program sees itself called by, for programs with several parts. */
  readonly argv0?: string;
}

const stopGrace = 8_000;

/** Starts a program whose life is tied to this process's: if this one dies in any way, so does the program. */
export function startService(service: ServiceCommand): Service {
  const log = openSync(service.logFile, 'a');
  const child = spawn(service.command, [...service.args], {
    stdio: ['pipe', 'pipe', log],
    env: { ...process.env, ...service.env },
    cwd: service.cwd,
    argv0: service.argv0,
  });
  closeSync(log);
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('spawn gave no pipes');
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
    child.once('error', () => {
      resolve();
    });
  });
  stdin.on('error', () => undefined);
  const firstLine = readFirstLine(stdout, ended, service);
  // Most services never announce anything; nobody has to wait for their first line.
  firstLine.catch(() => undefined);
  return {
    name: service.name,
    pid: child.pid ?? -1,
    logFile: service.logFile,
    firstLine,
    ended,
    isRunning: () => isRunning(child),
    stop: () => stop(child, ended),
  };
}

/** Rejects as soon as one of the services ends, with the last thing it said. */
export async function whenOneEnds(services: readonly Service[]): Promise<never> {
  const { name, logFile } = await Promise.race(services.map((service) => service.ended.then(() => service)));
  throw new LabError(`${name} ended: ${lastErrorLine(logFile)} (log: ${logFile})`);
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.stdin?.end();
  const kill = setTimeout(() => child.kill('SIGKILL'), stopGrace);
  await ended;
  clearTimeout(kill);
}

function readFirstLine(stdout: Readable, ended: Promise<void>, { name, logFile }: ServiceCommand): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    stdout.setEncoding('utf8').on('data', (chunk: string) => {
      // Keep reading after the first line, or a talkative program would stall on a full pipe.
      if (text.includes('\n')) return;
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
    void ended.then(() => {
      reject(new LabError(`${name} ended before it was ready: ${lastErrorLine(logFile)} (log: ${logFile})`));
    });
  });
}

function lastErrorLine(logFile: string): string {
  // The folder may be gone with whoever stopped the program.
  const log = existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
  return log.trim().split('\n').at(-1) || 'it said nothing';
}
