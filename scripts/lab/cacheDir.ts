import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder that built and installed things are kept in between runs: `PLUMBLINE_CACHE`, else the XDG cache folder. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env.PLUMBLINE_CACHE) return env.PLUMBLINE_CACHE;
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'plumbline');
}
