import { spawn } from 'node:child_process';

/** Opens a page in this desktop's browser, if there is one. Whether that succeeds is nobody's business but the user's. */
export function openInBrowser(url: string): void {
  const program = opener(process.platform, process.env);
  if (program === null) return;
  const child = spawn(program, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}

function opener(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string | null {
  if (platform === 'darwin') return 'open';
  if (platform === 'win32') return 'explorer';
  // Without a desktop, xdg-open would start a browser for terminals in ours.
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? 'xdg-open' : null;
}
