import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../config/config-error.ts';
import type { Config, RepositoryConfig } from '../config/schema.ts';
import { readSecret, secretSources } from '../config/secrets.ts';
import type { GitHubForge } from '../forges/github/github-forge.ts';
import { cacheBranchOf } from '../engine/place.ts';
import { serviceUrl } from './client.ts';
import type { Check } from './doctor-machine.ts';

/** Every secret that the configuration names, and none but those that are not there. */
export function checkSecrets(config: Config): Check[] {
  return secretSources(config).flatMap(({ key, source }): Check[] => {
    if (key === 'operatorToken') return [];
    try {
      readSecret(source, key);
      return [{ name: key, ok: true, message: 'there' }];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return [{ name: key, ok: false, message: `${error.message}; set it` }];
    }
  });
}

/** Every repository at GitHub: token, permissions, webhook, branch names, workflows. Looks, and changes nothing. */
export async function checkGitHubs(config: Config): Promise<Check[]> {
  const checks: Check[] = [];
  for (const [name, forge] of Object.entries(config.forges)) {
    if (forge.kind !== 'github') continue;
    // Loaded only here: who has no GitHub does not wait for Octokit.
    const [{ examineGitHub }, github, { gitHubOptions }, { realWorld }] = await Promise.all([
      import('../forges/github/examine.ts'),
      import('../forges/github/github-forge.ts'),
      import('../service.ts'),
      import('../real-world.ts'),
    ]);
    const options = { ...gitHubOptions(name, forge), world: realWorld };
    const adapter = new github.GitHubForge(options);
    for (const repository of config.repositories.filter((of) => of.forge === name)) {
      const webhookUrl = `${(config.publicUrl ?? serviceUrl(config)).replace(/\/$/, '')}/webhooks/${encodeURIComponent(name)}`;
      const findings = await examineGitHub(options, repository.name, {
        webhookUrl,
        as: repository.report.as,
        seesPushes: config.ci[repository.ci]?.kind === 'generic',
      });
      const at = `${name}:${repository.name}`;
      checks.push(...findings.map(({ ok, line }) => ({ name: at, ok, message: line })));
      if (findings.every(({ ok }) => ok)) checks.push(await checkBranches(adapter, repository, at));
    }
  }
  return checks;
}

/** A branch in the way of the cache branches, or one to be built that is not there. */
async function checkBranches(
  forge: GitHubForge,
  repository: RepositoryConfig,
  name: string,
): Promise<Check> {
  const [{ Git }, { openMirror }] = await Promise.all([
    import('../git/run.ts'),
    import('../git/open-mirror.ts'),
  ]);
  const directory = mkdtempSync(join(tmpdir(), 'orthrus-doctor-'));
  try {
    const found = await forge.repository(repository.name);
    const git = new Git({ home: join(directory, 'git') }).with(
      () => forge.credentials(found),
      (refusal) => forge.explain(found, refusal),
    );
    const mirror = await openMirror(git, {
      kind: 'remote',
      url: found.remote,
      directory: join(directory, 'mirror.git'),
    });
    const branches = [...(await mirror.branches()).keys()];
    const example = cacheBranchOf(repository, 1);
    const above = example
      .split('/')
      .slice(0, -1)
      .map((_, index, parts) => parts.slice(0, index + 1).join('/'));
    const obstacle = branches.find((branch) => above.includes(branch));
    const missing = repository.branches.filter((branch) => !branches.includes(branch));
    if (obstacle !== undefined)
      return {
        name,
        ok: false,
        message: `branch ${obstacle} is in the way of ${example}; rename it, or give "cacheBranch" another name`,
      };
    if (missing.length > 0)
      return {
        name,
        ok: false,
        message: `has no branch ${missing.join(', ')}; name the ones it has in "branches", so that pull requests start from their builds`,
      };
    return { name, ok: true, message: `branch names: ${example} can be made` };
  } catch (error) {
    return { name, ok: false, message: error instanceof Error ? error.message : String(error) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Every project at a Typhon: whether it answers, knows the project, and takes our webhook, and how long that takes. */
export async function checkTyphons(config: Config): Promise<Check[]> {
  const checks: Check[] = [];
  for (const [name, ci] of Object.entries(config.ci)) {
    if (ci.kind !== 'typhon') continue;
    const [{ examineTyphon }, { realWorld }] = await Promise.all([
      import('../ci/typhon/examine.ts'),
      import('../real-world.ts'),
    ]);
    const webhookSecret = readSecret(ci.webhookSecret, `ci.${name}.webhookSecret`);
    const projects = config.repositories
      .filter((repository) => repository.ci === name)
      .map((repository) => repository.project ?? repository.name);
    for (const project of new Set(projects)) {
      const options = { url: ci.url, webhookSecret, world: realWorld };
      for (const { ok, line } of await examineTyphon(options, project))
        checks.push({ name: `CI ${name}`, ok, message: line });
    }
  }
  return checks;
}
