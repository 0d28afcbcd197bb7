import { describe, expect, it } from 'vitest';
import { type Config, configSchema } from '../../src/config/schema.ts';
import { parseConfig } from '../../src/config.ts';
import { evaluate, type Machine } from './module-eval.ts';
import { schemaShape, settingsShape } from './module-shape.ts';

const github = `
  publicUrl = "https://ci.example.org";
  operatorToken.file = "/run/keys/operator";
  forges.github = {
    kind = "github";
    webhookSecret.file = "/run/keys/webhook";
    token.file = "/run/keys/token";
  };
  ci.typhon = {
    kind = "typhon";
    url = "http://127.0.0.1:3000";
    webhookSecret.file = "/run/keys/typhon";
    callbackSecret.file = "/run/keys/callback";
  };
  repositories = [ { forge = "github"; name = "owner/repo"; ci = "typhon"; project = "my-project"; } ];
`;
const local = `
  forges.here = { kind = "git"; root = "/srv/git"; };
  ci.nix = { kind = "nix"; parallel = 4; };
  repositories = [ { forge = "here"; name = "owner/repo"; ci = "nix"; report.jobs = "all"; } ];
`;

const machine = (settings: string, more = ''): Machine =>
  evaluate(`services.orthrus = { enable = true; settings = { ${settings} }; }; ${more}`);

const configOf = ({ json }: Machine): Config => parseConfig(JSON.parse(json), '/nix/store');

/** What Nix says of a machine that cannot be. */
function refusal(settings: string): string {
  try {
    machine(settings);
  } catch (error) {
    if (error instanceof Error && 'stderr' in error) return String(error.stderr);
    throw error;
  }
  return '';
}

describe('services.orthrus.settings', () => {
  it('becomes the configuration file of GitHub and Typhon, secrets as credentials of the unit', () => {
    const config = configOf(machine(github));
    const credential = (id: string) => ({ file: `/run/credentials/orthrus.service/${id}` });
    expect(config).toMatchObject({
      publicUrl: 'https://ci.example.org',
      operatorToken: credential('operatorToken'),
      forges: {
        github: {
          kind: 'github',
          webhookSecret: credential('forges.github.webhookSecret'),
          token: credential('forges.github.token'),
        },
      },
      ci: {
        typhon: {
          kind: 'typhon',
          webhookSecret: credential('ci.typhon.webhookSecret'),
          callbackSecret: credential('ci.typhon.callbackSecret'),
        },
      },
      repositories: [{ name: 'owner/repo', project: 'my-project' }],
    });
    expect(machine(github).unit.serviceConfig['LoadCredential']).toEqual([
      'ci.typhon.callbackSecret:/run/keys/callback',
      'ci.typhon.webhookSecret:/run/keys/typhon',
      'forges.github.token:/run/keys/token',
      'forges.github.webhookSecret:/run/keys/webhook',
      'operatorToken:/run/keys/operator',
    ]);
  });

  it('F3 never holds where a secret comes from, nor the secret', () => {
    expect(machine(github).json).not.toContain('/run/keys');
  });

  it("leaves what is not said to the program's own defaults", () => {
    const config = configOf(machine(local));
    const bare = parseConfig(
      {
        database: 'sqlite:/var/lib/orthrus/orthrus.db',
        stateDir: '/var/lib/orthrus/state',
        forges: { here: { kind: 'git', root: '/srv/git' } },
        ci: { nix: { kind: 'nix', parallel: 4 } },
        repositories: [{ forge: 'here', name: 'owner/repo', ci: 'nix', report: { jobs: 'all' } }],
      },
      '/',
    );
    expect(config).toEqual(bare);
  });

  it('takes a GitHub App, its key as a credential', () => {
    const app = github.replace(
      /token\.file = [^;]*;/,
      'app = { id = 7; privateKey.file = "/run/keys/app.pem"; };',
    );
    const made = machine(app);
    expect(made.failed).toEqual([]);
    expect(configOf(made).forges['github']).toMatchObject({
      app: {
        id: 7,
        privateKey: { file: '/run/credentials/orthrus.service/forges.github.app.privateKey' },
      },
    });
  });

  it('is checked by the program while the system is built', () => {
    const { check, file, unit } = machine(local);
    expect(check).toMatch(/\/bin\/orthrus config --config "\$out"\n/);
    expect(unit.serviceConfig['ExecStart']).toMatch(
      new RegExp(`/bin/orthrus serve --config ${file}$`),
    );
  });

  it('has the keys and the words that the configuration file has', () => {
    expect(settingsShape()).toEqual(schemaShape(configSchema()));
  });
});

describe('a configuration that cannot work', () => {
  it.each([
    [
      'a forge that is not there',
      local.replace('forge = "here"', 'forge = "there"'),
      'no forge "there", but here',
    ],
    ['a CI that is not there', local.replace('ci = "nix"', 'ci = "nox"'), 'no CI "nox", but nix'],
    [
      'a secret in the store',
      github.replace('/run/keys/token', `/nix/store/${'a'.repeat(32)}-token`),
      'forges.github.token.file: ',
    ],
    [
      'a token and an App',
      github.replace('token.file', 'app = { id = 1; privateKey.file = "/k"; }; token.file'),
      'either token or app',
    ],
    ['neither', github.replace(/token\.file = [^;]*;/, ''), 'either token or app'],
    [
      'a name that is no credential',
      github.replaceAll('ci.typhon', 'ci."a/b"').replace('"typhon"; project', '"a/b"; project'),
      'a systemd credential',
    ],
  ])('%s fails an assertion', (_, settings, message) => {
    const { failed } = machine(settings);
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.join('\n')).toContain(message);
  });

  it("this machine's own Nix, when it is off, fails an assertion", () => {
    expect(machine(local, 'nix.enable = false;').failed.join()).toContain('nix.enable');
    expect(machine(github, 'nix.enable = false;').failed).toEqual([]);
  });

  it.each([
    ['an unknown key', 'reconcileEvry = "5m";', 'settings.reconcileEvry'],
    ['a number without a unit', 'retain = "90";', 'settings.retain'],
    ['a secret in the clear', 'operatorToken = "hunter2";', 'settings.operatorToken'],
    [
      'a path, which would be copied to the store',
      'operatorToken.file = /etc/passwd;',
      'settings.operatorToken.file',
    ],
    ['a port that is none', 'listen.port = 65536;', 'settings.listen.port'],
    ['a kind that is none', 'ci.x.kind = "hydra";', 'settings.ci.x.kind'],
    ['a repository without a name', 'repositories = [ { forge = "f"; ci = "c"; } ];', 'name'],
  ])('%s is no value of its option', (_, settings, where) => {
    expect(refusal(settings)).toContain(where);
  });

  it('is none while the service is off', () => {
    expect(() => evaluate('services.orthrus.settings = { };')).toThrow(/orthrus.json/);
  });
});

describe('the unit', () => {
  it('keeps builds over a restart, and may do no more than it needs', () => {
    const { unit, users } = machine(github);
    expect(unit.serviceConfig).toMatchObject({
      KillMode: 'process',
      Restart: 'on-failure',
      User: 'orthrus',
      ProtectSystem: 'strict',
      ReadWritePaths: [],
      NoNewPrivileges: true,
      CapabilityBoundingSet: '',
      // Nix's daemon is a Unix socket.
      RestrictAddressFamilies: ['AF_UNIX', 'AF_INET', 'AF_INET6'],
      RestrictSUIDSGID: true,
      SystemCallFilter: ['@system-service', '~@privileged'],
    });
    // V8 writes code; a build is known again by what stands in /proc/sys.
    expect(unit.serviceConfig).not.toHaveProperty('MemoryDenyWriteExecute');
    expect(unit.serviceConfig).not.toHaveProperty('ProcSubset');
    expect(users).toMatchObject({ users: { orthrus: { isSystemUser: true, group: 'orthrus' } } });
  });

  it('may write where the repositories of a git server are', () => {
    expect(machine(local).unit.serviceConfig).toMatchObject({
      ReadWritePaths: ['/srv/git'],
      RestrictSUIDSGID: false,
    });
  });

  it('has builds put their temporary files where a stop leaves them', () => {
    const { environment, serviceConfig } = machine(local).unit;
    expect(serviceConfig['StateDirectory']).toContain('orthrus/tmp');
    expect(environment['TMPDIR']).toBe('/var/lib/orthrus/tmp');
  });

  it("keeps caches from the garbage collector, unless the machine's owner says otherwise", () => {
    expect(machine(local).nix.settings).toEqual({
      'keep-outputs': true,
      'keep-derivations': false,
    });
    expect(machine(local, 'nix.settings.keep-derivations = true;').nix.settings).toEqual({
      'keep-outputs': true,
      'keep-derivations': true,
    });
  });
});
