// @ts-check
/**
 * The first step of `npm start` and `npm test` on a fresh clone: runs on Node 20 with built-in modules only, installs the
 * npm packages when they do not match the lock file, and hands over to the Node that came with them.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const oldestNode = [20, 0];
const oldestGo = [1, 26];
/** Type stripping without a flag, and `import.meta.main`. */
const nodeForSources = [24, 2];

/**
 * What a command needs beside Node.
 * @typedef {'git' | 'go'} Tool
 */

/** @param {string} message @returns {never} */
function stop(message) {
  console.error(`plumbline: ${message}`);
  process.exit(1);
}

/** @param {string} text @returns {number[]} the first version in a text, `[]` when there is none */
function versionIn(text) {
  return (/(\d+)\.(\d+)/.exec(text) ?? []).slice(1).map(Number);
}

/** @param {readonly number[]} version @param {readonly number[]} oldest */
function isOlder(version, oldest) {
  const [major = 0, minor = 0] = version;
  const [oldestMajor = 0, oldestMinor = 0] = oldest;
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}

/** @param {string} command @param {readonly string[]} args @returns {string | undefined} standard output, `undefined` when it did not run */
function outputOf(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', cwd: root });
  return status === 0 ? stdout : undefined;
}

function checkGit() {
  if (outputOf('git', ['--version']) === undefined)
    stop('git is not on PATH. Install git (https://git-scm.com) and start again.');
}

function checkGo() {
  const version = outputOf('go', ['env', 'GOVERSION']);
  const wanted = `Install Go ${oldestGo.join('.')} or newer (https://go.dev/dl) and start again.`;
  if (version === undefined) stop(`go is not on PATH; the rendering engine is built with it. ${wanted}`);
  if (isOlder(versionIn(version), oldestGo)) stop(`Go here is ${version.trim()}, which is too old. ${wanted}`);
}

/** @param {string} file @returns {Record<string, {version?: string, link?: boolean, optional?: boolean}> | undefined} */
function packagesOf(file) {
  if (!existsSync(file)) return undefined;
  const { packages = {} } = JSON.parse(readFileSync(file, 'utf8'));
  return packages;
}

/**
 * Compares the lock file with npm's own record of what it installed, so that packages installed by hand count too.
 * Optional packages of other platforms are never installed.
 */
function arePackagesInstalled() {
  const wanted = packagesOf(path.join(root, 'package-lock.json'));
  const installed = packagesOf(path.join(root, 'node_modules/.package-lock.json'));
  if (!wanted) stop('package-lock.json is missing. Restore it (git checkout package-lock.json) and start again.');
  if (!installed || !existsSync(bundledNode())) return false;
  return Object.entries(wanted).every(
    ([place, entry]) => place === '' || entry.optional || installed[place]?.version === entry.version,
  );
}

function bundledNode() {
  return path.join(root, 'node_modules/.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
}

function installPackages() {
  console.log('plumbline: installing the npm packages of package-lock.json (about a minute) …');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=warn'];
  const { status, error } = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (error) stop('npm is not on PATH. Install Node.js with npm (https://nodejs.org) and start again.');
  if (status !== 0)
    stop(`npm ci failed (exit ${status}). Check the network and npm's registry setting, then start again.`);
}

/** @param {string} script @param {readonly string[]} args */
function handOver(script, args) {
  const child = spawn(bundledNode(), [script, ...args], { stdio: 'inherit', shell: process.platform === 'win32' });
  // The child gets the terminal's Ctrl-C itself; a signal sent to this process alone is passed on.
  process.on('SIGINT', () => {});
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => stop(`could not start ${bundledNode()}: ${error.message}. Run npm ci and start again.`));
  child.on('exit', (code) => process.exit(code ?? 1));
}

/**
 * Runs a TypeScript script of this folder by the right Node, installing what is missing first.
 * @param {string} name file beside this one
 * @param {readonly Tool[]} tools what it needs
 */
export async function run(name, tools) {
  if (isOlder(versionIn(process.versions.node), oldestNode)) {
    stop(
      `Node here is ${process.version}. Install Node.js ${oldestNode[0]} or newer (https://nodejs.org) and start again.`,
    );
  }
  if (tools.includes('git')) checkGit();
  if (tools.includes('go')) checkGo();
  if (!arePackagesInstalled()) installPackages();
  const script = path.join(root, 'scripts', name);
  // Node of the npm package already: no second process.
  if (!isOlder(versionIn(process.versions.node), nodeForSources)) await import(pathToFileURL(script).href);
  else handOver(script, process.argv.slice(2));
}
