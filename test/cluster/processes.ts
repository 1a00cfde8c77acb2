import { run } from '../../scripts/lab/run.ts';

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
}

/** The processes that descend from one, without zombies, which are gone except for their entry. */
export async function descendantsOf(ancestor: number): Promise<readonly number[]> {
  const rows = await listProcesses();
  const found: number[] = [];
  let parents: readonly number[] = [ancestor];
  while (parents.length > 0) {
    const children = rows.filter((row) => parents.includes(row.parent)).map((row) => row.pid);
    found.push(...children);
    parents = children;
  }
  return found;
}

/** Those of the processes that still run. */
export async function stillRunning(pids: readonly number[]): Promise<readonly number[]> {
  const running = new Set((await listProcesses()).map((row) => row.pid));
  return pids.filter((pid) => running.has(pid));
}

async function listProcesses(): Promise<readonly Row[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,stat=']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parent, state = '']) => ({ pid: Number(pid), parent: Number(parent), state }))
    .filter(({ state }) => !state.startsWith('Z'));
}
