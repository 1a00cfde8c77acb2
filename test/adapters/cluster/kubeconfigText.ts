/** A kubeconfig with one context, `test`; `user` is one line of its user, `cluster` a further line of its cluster. */
export function kubeconfigText(server: string, user: string, cluster = ''): string {
  return [
    'apiVersion: v1',
    'kind: Config',
    'current-context: test',
    'contexts: [{ name: test, context: { cluster: test, user: test } }]',
    'clusters:',
    '- name: test',
    '  cluster:',
    `    server: ${server}`,
    ...(cluster === '' ? [] : [`    ${cluster}`]),
    'users:',
    '- name: test',
    '  user:',
    `    ${user}`,
    '',
  ].join('\n');
}
