import { describe, expect, it } from 'vitest';
import type { PortError } from '../../../src/ports/port-error.ts';
import { asApp, counter, fails, here, status } from './here.ts';

const post = 'POST /repos/{owner}/{repo}/statuses/{sha}';

describe('E2 a rate limit', () => {
  it.each(['429', 'secondary', 'primary'] as const)(
    'told as %s keeps every call with the token until its deadline, and no other',
    async (as) => {
      const { github, repository, forge, another, place, head, token, world } = await here();
      const others = another({ auth: { token: github.token('bo', repository) } });
      const same = another({ name: 'the same token', auth: { token } });
      github.limits.begin(token, as, 90);
      const asked = counter(github);
      const error = await fails(forge.publish(place, status(head)), 'rate-limited');
      const { retryAt } = error as PortError;
      expect(retryAt).toBeGreaterThanOrEqual(world.now() + 89_000);
      expect(retryAt).toBeLessThanOrEqual(world.now() + 92_000);
      for (const one of [forge, same]) {
        const refused = await fails(one.openPulls(place), 'rate-limited');
        expect((refused as PortError).retryAt).toBe(retryAt);
      }
      expect(asked()).toEqual({ [post]: 1 });
      expect(await others.openPulls(place)).toHaveLength(1);
      world.advance(88_000);
      await fails(same.openPulls(place), 'rate-limited');
      world.advance(4000);
      await forge.publish(place, status(head));
      expect(await same.openPulls(place)).toHaveLength(1);
      // Whatever came too early would have failed the test.
      expect(github.ledger.transcript()).toHaveLength(1);
    },
  );

  it('that names no time lasts a minute', async () => {
    const { github, forge, place, world } = await here();
    const message = 'You have exceeded a secondary rate limit.';
    github.faults.add({ trouble: { kind: 'status', status: 403, message } });
    const error = await fails(forge.openPulls(place), 'rate-limited');
    expect((error as PortError).retryAt).toBeGreaterThan(world.now() + 59_000);
    world.advance(60_000);
    await forge.openPulls(place);
  });

  it('of an installation is no limit of the App, nor of its other installations', async () => {
    const { github, repository, another, place } = await here();
    const second = github.repository('p/r');
    const app = github.app();
    github.install(app, repository);
    github.install(app, second);
    const forge = another({ auth: asApp(app) });
    const { password } = await forge.credentials(place);
    github.limits.begin(password, 'secondary', 600);
    await fails(forge.openPulls(place), 'rate-limited');
    const other = { ...place, name: 'p/r', id: String(second.id) };
    expect(await forge.openPulls(other)).toEqual([]);
    await fails(forge.openPulls(place), 'rate-limited');
  });

  it('of an installation has no token made that could not be used', async () => {
    const { github, repository, another, place } = await here();
    const app = github.app({ tokenLifetime: 60 });
    github.install(app, repository);
    const forge = another({ auth: asApp(app) });
    github.faults.add({
      trouble: { kind: 'limit', as: 'secondary', seconds: 600 },
      on: 'GET /repos/{owner}/{repo}/pulls',
    });
    await fails(forge.openPulls(place), 'rate-limited');
    const asked = counter(github);
    await fails(forge.openPulls(place), 'rate-limited');
    expect(asked()).toEqual({});
  });

  it('is told as it goes', async () => {
    const { forge, place, limits } = await here();
    await forge.openPulls(place);
    expect(limits).toEqual([
      { of: 'token', remaining: 4999, limit: 5000, resetAt: expect.any(Number), resource: 'core' },
    ]);
    await forge.openPulls(place);
    expect(forge.budgets()).toEqual([
      { of: 'token', remaining: 4999, limit: 5000, resetAt: expect.any(Number), resource: 'core' },
    ]);
  });
});

describe('E1 a failure that may pass', () => {
  it('is unavailable, and a read over a broken connection is made once more', async () => {
    const { github, forge, place, head } = await here();
    const asked = counter(github);
    github.faults.add({ trouble: { kind: 'reset' } });
    expect(await forge.openPulls(place)).toHaveLength(1);
    expect(asked()).toEqual({ 'GET /repos/{owner}/{repo}/pulls': 2 });
    github.faults.add({ trouble: { kind: 'reset' }, times: 2 });
    await fails(forge.openPulls(place), 'unavailable');
    github.faults.add({ trouble: { kind: 'reset' } });
    await fails(forge.publish(place, status(head)), 'unavailable');
    for (const code of [500, 502, 503]) {
      github.faults.add({ trouble: { kind: 'status', status: code } });
      const error = await fails(forge.openPulls(place), 'unavailable');
      expect(error.message).toContain(`GitHub answered ${code}`);
    }
    expect(asked()).toEqual({ 'GET /repos/{owner}/{repo}/pulls': 5, [post]: 1 });
  });

  it('may be an answer that does not come', async () => {
    const { github, forge, place } = await here({ timeout: 200 });
    github.faults.add({ trouble: { kind: 'hang' } });
    await fails(forge.repository(place.name), 'timeout');
    expect(await forge.repository(place.name)).toEqual(place);
  });

  it('may be a GitHub that is not there at all', async () => {
    const { another, place } = await here();
    const error = await fails(
      another({ apiUrl: 'http://127.0.0.1:1' }).openPulls(place),
      'unavailable',
    );
    expect(error.message).toContain('GitHub cannot be reached');
  });
});

describe('E3 a refusal', () => {
  it('says what is missing, and nothing of the token (F3)', async () => {
    const { github, repository, another, place, head, token } = await here();
    const poor = github.token('bo', repository, 'write', { contents: 'write' });
    const error = await fails(
      another({ auth: { token: poor } }).publish(place, status(head)),
      'denied',
    );
    expect(error.message).toContain('statuses=write');
    github.revoke(token);
    const gone = await fails(another({}).openPulls(place), 'denied');
    expect(gone.message).toContain('give Orthrus a new one');
    for (const { message, stack, cause } of [error, gone])
      for (const text of [message, stack, JSON.stringify(cause)])
        for (const secret of [poor, token]) expect(text ?? '').not.toContain(secret);
  });
});
