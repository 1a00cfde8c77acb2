// @ts-check
/**
 * Preloaded into programs that must not outlive their starter: standard input is a pipe of it, and when that closes
 * (also because the starter was killed) the whole process group ends. Expects to lead its group.
 */
process.stdin.on('end', endGroup).on('error', endGroup).resume();

function endGroup() {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    process.exit(1);
  }
}
