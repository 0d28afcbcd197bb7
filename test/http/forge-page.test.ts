import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { forgePage } from '../../src/http/forge-page.ts';

const secret = { env: 'NOT_READ_HERE' };
const config = parseConfig(
  {
    forges: {
      github: { kind: 'github', token: secret, webhookSecret: secret },
      work: {
        kind: 'github',
        apiUrl: 'https://git.example.org/api/v3',
        token: secret,
        webhookSecret: secret,
      },
      here: { kind: 'git', root: '/srv/git' },
    },
    ci: { nix: { kind: 'nix' } },
    repositories: [],
  },
  '/',
);

test('a pull request or a branch has a page at its forge, if that has pages', () => {
  const pull = { forge: 'github', repository: 'o/r', number: 12, branch: null };
  const branch = { forge: 'work', repository: 'o/r', number: null, branch: 'release/1 #x' };
  expect(forgePage(config, pull)).toBe('https://github.com/o/r/pull/12');
  expect(forgePage(config, branch)).toBe('https://git.example.org/o/r/tree/release/1%20%23x');
  for (const forge of ['here', 'gone', '__proto__'])
    expect(forgePage(config, { ...pull, forge })).toBe(null);
});
