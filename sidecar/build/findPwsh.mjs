/** Whether there is a PowerShell to use, and which. */
import { spawnSync } from 'node:child_process';

/**
 * Runs a PowerShell script text and gives what it wrote; undefined where there is no pwsh or it failed.
 * @param {string} script
 */
export function pwshOutput(script) {
  const { status, stdout } = spawnSync('pwsh', ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', script], {
    encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout.trim() : undefined;
}

/** Version of the PowerShell on the PATH, or undefined. */
export function findPwsh() {
  return pwshOutput('$PSVersionTable.PSVersion.ToString()');
}
