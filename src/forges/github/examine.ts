import { z } from 'zod';
import type { CommitStatus } from '../../ports/forge.ts';
import { accessOf } from './access.ts';
import { ownerAndRepo } from './api.ts';
import { bad, type Finding, look } from './examine/finding.ts';
import { mayPush } from './examine/may-push.ts';
import { appPermissions, probedPermissions, scopesFinding } from './examine/permissions.ts';
import { webhookFindings } from './examine/webhook.ts';
import { whoWeAre } from './examine/who.ts';
import { workflowFindings } from './examine/workflows.ts';
import type { GitHubOptions } from './options.ts';

const repositoryFields = z.object({
  full_name: z.string(),
  clone_url: z.string(),
  private: z.boolean(),
});

/**
 * What is right and what is not about a repository at GitHub, for `orthrus doctor`. It changes nothing. `webhookUrl`: where
 * the service is told of deliveries; `seesPushes`: its CI listens to pushes itself, so that our commits ask nobody to
 * skip them.
 */
export async function examineGitHub(
  options: GitHubOptions,
  repository: string,
  expected: {
    readonly webhookUrl: string;
    readonly as: CommitStatus['as'];
    readonly seesPushes?: boolean;
  },
): Promise<readonly Finding[]> {
  const access = accessOf(options);
  return look('token', async () => {
    const api = await access.on(repository);
    const { finding, scopes } = await whoWeAre(access, api);
    return [
      finding,
      ...(await look('repository', async () => {
        const found = await api.get(
          repositoryFields,
          'GET /repos/{owner}/{repo}',
          ownerAndRepo(repository),
        );
        const name = found.full_name;
        const { as, webhookUrl: url, seesPushes = false } = expected;
        const credentials = {
          username: 'x-access-token',
          password: await access.token(name),
        };
        return [
          ...(as === 'checks' && access.app === null
            ? [bad('permissions: only a GitHub App may write check runs; report statuses instead')]
            : []),
          ...(await look('permissions', async () => {
            if (access.app !== null) return appPermissions(access, name, as);
            if (scopes !== null) return [scopesFinding(scopes, found.private)];
            return probedPermissions(api, name);
          })),
          await mayPush(found.clone_url, credentials, options.timeout ?? 20_000),
          ...(await look('webhook', () =>
            webhookFindings(access, api, name, { name: options.name, url }),
          )),
          ...(await look('workflows', () => workflowFindings(api, name, seesPushes))),
        ];
      })),
    ];
  });
}
