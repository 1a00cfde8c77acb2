import { spawn } from 'node:child_process';

interface Opener {
  readonly command: string;
  readonly args: readonly string[];
}

/** What shows an address on this system; `undefined` where there is no screen. */
function openerFor(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): Opener | undefined {
  if (platform === 'darwin') return { command: 'open', args: [] };
  if (platform === 'win32') return { command: 'rundll32', args: ['url.dll,FileProtocolHandler'] };
  const hasScreen = Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY);
  return hasScreen ? { command: 'xdg-open', args: [] } : undefined;
}

/** Shows an address in the person's browser where there is a screen; the address has been printed anyway. */
export function openInBrowser(url: string): void {
  const opener = openerFor(process.platform, process.env);
  if (opener === undefined) return;
  const child = spawn(opener.command, [...opener.args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
