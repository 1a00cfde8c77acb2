import type { SimpleGit, SimpleGitOptions } from 'simple-git';

/** The one place that loads simple-git, on the first use of a repository. */
export async function loadGit(): Promise<(options: Partial<SimpleGitOptions>) => SimpleGit> {
  const { simpleGit } = await import('simple-git');
  return simpleGit;
}
