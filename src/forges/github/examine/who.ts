import { z } from 'zod';
import type { Access } from '../access.ts';
import { type Api, shapely } from '../api.ts';
import { type Finding, good } from './finding.ts';

const user = z.object({ login: z.string() });
const app = z.object({ name: z.string() });

/** As whom we speak; `scopes` null: an App, or a token that is not of the classic kind, which does not tell them. */
export interface Identity {
  readonly finding: Finding;
  readonly scopes: readonly string[] | null;
}

/** @throws {PortError} `denied`: the token is not valid */
export async function whoWeAre(access: Access, api: Api): Promise<Identity> {
  if (access.app !== null) {
    const { name } = await access.app.api.get(app, 'GET /app', {});
    return { finding: good(`token: of the App "${name}"`), scopes: null };
  }
  const route = 'GET /user';
  const { data, headers } = await api.request(route, {});
  const { login } = shapely(user, route, data);
  const scopes = headers['x-oauth-scopes']?.split(',').map((scope) => scope.trim()) ?? null;
  const kind = scopes === null ? 'fine-grained' : `classic: ${scopes.join(', ') || 'no scopes'}`;
  return { finding: good(`token: of ${login} (${kind})`), scopes };
}
