import { ApiError } from '../answer.ts';
import { onAll, type Route } from '../route.ts';
import { privateAccountJson } from '../shapes/account.ts';

export const accountRoutes: readonly Route[] = [
  onAll('GET /user', ({ site, caller }) => {
    if (caller.kind === 'nobody') throw new ApiError(401, 'Requires authentication');
    if (caller.kind !== 'user') throw new ApiError(403, 'Resource not accessible by integration');
    return { status: 200, body: privateAccountJson(site, caller.account) };
  }),

  onAll('GET /rate_limit', ({ limits, token }) => {
    const core = { ...limits.state(token ?? ''), resource: 'core' };
    const other = { limit: 30, used: 0, remaining: 30, reset: core.reset };
    return {
      status: 200,
      body: { resources: { core, search: other, graphql: core }, rate: core },
    };
  }),
];
