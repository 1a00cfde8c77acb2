import type { GoTool } from '../goTool.ts';

/** An engine's own programme: where it comes from and how it judges objects by policies. */
export interface PolicyTool extends GoTool {
  arguments(policies: string, resources: string): readonly string[];
  /** The violations it found, by what it printed; `undefined` when it did not come to an end. */
  violations(stdout: string): number | undefined;
}

/** `kyverno apply`; its last line counts results. */
export const kyvernoTool: PolicyTool = {
  name: 'kyverno',
  module: 'github.com/kyverno/kyverno',
  version: 'v1.19.1',
  package: './cmd/cli/kubectl-kyverno',
  arguments: (policies, resources) => ['apply', policies, '--resource', resources],
  violations: (stdout) => {
    const [, found] = /\bfail: (\d+)/.exec(stdout) ?? [];
    return found === undefined ? undefined : Number(found);
  },
};

/** `gator test`, which prints each violation. */
export const gatekeeperTool: PolicyTool = {
  name: 'gator',
  module: 'github.com/open-policy-agent/gatekeeper/v3',
  version: 'v3.23.1',
  package: './cmd/gator',
  arguments: (policies, resources) => ['test', '--filename', policies, '--filename', resources],
  violations: (stdout) => {
    const lines = stdout.split('\n').filter((line) => /\["?rule-\d+"?\]/.test(line));
    return lines.length === 0 ? undefined : lines.length;
  },
};
