import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { isStorePath } from '../../machines/store-path.ts';
import { ConfigError } from '../../src/config/config-error.ts';
import { parseConfig } from '../../src/config.ts';
import { parseCacheFile, renderCacheFile } from '../../src/effects/cache-file.ts';
import { readStatuses } from '../../src/forges/git/statuses.ts';
import { openLog } from '../../src/log/database.ts';
import { Laboratory } from '../cli/laboratory.ts';
import { runHere } from '../cli/run-here.ts';
import { gitForge } from '../forges/git/fixture.ts';
import { storePathOf } from '../doubles/scripted-ci.ts';
import { begin } from '../scenarios/story.ts';
import { anyJson, hostileText, mutated, tries } from './seeds.ts';

const configuration = {
  listen: { host: '127.0.0.1', port: 3100 },
  publicUrl: 'https://ci.example.org',
  database: { url: 'sqlite:orthrus.db', synchronous: 'full' },
  stateDir: 'state',
  operatorToken: { env: 'TOKEN' },
  reconcileEvery: '5m',
  retry: { base: '1s', max: '5m' },
  forges: {
    github: {
      kind: 'github',
      webhookSecret: { env: 'SECRET' },
      app: { id: 1, privateKey: { file: 'key.pem' } },
    },
    here: { kind: 'git', root: '/srv/git' },
  },
  ci: {
    typhon: {
      kind: 'typhon',
      url: 'http://127.0.0.1:3000',
      webhookSecret: { env: 'A' },
      callbackSecret: { env: 'B' },
    },
    nix: { kind: 'nix', attribute: 'typhonJobs', parallel: 2 },
  },
  repositories: [
    {
      forge: 'github',
      name: 'owner/repo',
      ci: 'typhon',
      branches: ['main'],
      report: { as: 'checks', context: 'orthrus' },
    },
  ],
};

test('a configuration that is none is refused in one line that says what to do', () => {
  const refusals = new Set<string>();
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: mutated(configuration) }, anyJson), (json) => {
      try {
        const { repositories } = parseConfig(json, '/etc/orthrus');
        for (const { cacheBranch } of repositories) expect(cacheBranch).toContain('{number}');
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigError);
        if (!(error instanceof ConfigError)) return;
        expect(error.message).toMatch(/.{8}/);
        expect(error.message).not.toMatch(/\bat .*\.ts:\d|undefined$/);
        refusals.add(error.message);
      }
    }),
    tries(400),
  );
  expect(refusals.size).toBeGreaterThan(20);
});

test('an export that was changed is imported whole, or not at all and with the line', async () => {
  const laboratory = new Laboratory();
  await laboratory.fill();
  const written = (await runHere('export', '--config', laboratory.config)).out.trimEnd();
  const lines = written.split('\n');
  const changed = fc.nat({ max: lines.length - 1 }).chain((at) =>
    fc
      .oneof(
        mutated(JSON.parse(lines[at] ?? '')).map((value) => JSON.stringify(value)),
        hostileText,
        fc.nat().map((cut) => (lines[at] ?? '').slice(0, cut % (lines[at] ?? ' ').length)),
      )
      .map((line) => lines.with(at, line)),
  );
  let number = 0;
  const file = join(laboratory.folder, 'log.ndjson');
  await fc.assert(
    fc.asyncProperty(changed, async (told) => {
      number += 1;
      const name = `other${number}.db`;
      laboratory.configure({ database: `sqlite:${name}` });
      writeFileSync(file, `${told.join('\n')}\n`);
      const ran = await runHere('import', file, '--config', laboratory.config);
      const log = await openLog(join(laboratory.folder, name));
      const events = await log.db.selectFrom('events').select('position').execute();
      const streams = await log.db.selectFrom('snapshots').select('stream').execute();
      await log.close();
      for (const suffix of ['', '-wal', '-shm'])
        rmSync(join(laboratory.folder, `${name}${suffix}`), { force: true });
      if (ran.code === 0) expect(events).toHaveLength(lines.length - 1);
      else {
        expect(ran).toMatchObject({ code: 1, out: '' });
        expect(ran.err).toMatch(/^orthrus: (line \d+: |the export )[^\n]+\n$/);
        expect(events).toEqual([]);
        expect(streams).toEqual([]);
      }
    }),
    tries(40),
  );
});

test('G5 whatever people have made of the two files of a cache branch, its pull request is built', async () => {
  const path = storePathOf('app', 'one');
  const cache = renderCacheFile({ app: { drv: `${path}.drv`, from: null, path } });
  const text = fc
    .tuple(fc.nat(), hostileText)
    .map(([at, foreign]) => {
      const where = at % (cache.length + 1);
      return cache.slice(0, where) + foreign + cache.slice(where);
    })
    .filter((of) => !of.includes('\0'));
  const files = fc.sample(fc.tuple(text, fc.oneof(text, fc.constant(`${'a'.repeat(40)}\n`))), {
    ...tries(6),
  });
  const story = await begin({ repository: { branches: [] } });
  story.repository.git('config', 'orthrus.id', 'r1');
  const base = story.pushMain({ 'a.c': 'base' });
  for (const [index, [cacheText, commitText]] of files.entries()) {
    const number = index + 1;
    const head = story.pushPull(number, base, { 'a.c': `of ${number}` });
    const tip = story.repository.commit(
      head,
      { 'cache.nix': cacheText, 'commit.txt': commitText },
      `Overlay\n\nOrthrus-Pull: here:r1#${number}\nOrthrus-Attempt: 1`,
    );
    story.repository.push(`refs/heads/orthrus/pr-${number}`, tip);
  }
  await story.start();
  for (const [index] of files.entries()) {
    const number = index + 1;
    await story.until(number, 'building');
    const written = story.repository.git('show', `${story.tip(number)}:cache.nix`);
    for (const entry of Object.values(parseCacheFile(`${written}\n`) ?? { none: null }))
      expect(isStorePath(entry?.path)).toBe(true);
  }
  expect(story.moves).toHaveLength(files.length);
  await story.settle();
});

test('whatever stands in the notes, a status is added, and the rest is left as it was', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orthrus-notes-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { forge, bare } = gitForge();
  const head = bare.commit('refs/heads/main');
  const repository = await forge.repository('ada/engine');
  const line = { context: 'orthrus', state: 'success', description: 'x', url: null };
  const notes = fc.array(
    fc.oneof(
      mutated(line).map((value) => JSON.stringify(value)),
      hostileText,
    ),
    {
      maxLength: 5,
    },
  );
  fc.assert(
    fc.property(notes, (lines) => {
      for (const { description } of readStatuses(lines.join('\n')).values())
        expect(typeof description).toBe('string');
    }),
    tries(300),
  );
  for (const [index, lines] of fc.sample(notes, { ...tries(4) }).entries()) {
    const file = join(folder, String(index));
    const text = `${lines.join('\n')}\nof people`;
    writeFileSync(file, text);
    bare.git('notes', '--ref=orthrus', 'add', '--force', '--allow-empty', '-F', file, head);
    const before = bare.git('notes', '--ref=orthrus', 'show', head);
    await forge.publish(repository, {
      commit: head,
      context: 'orthrus',
      state: 'failure',
      description: `no ${index}`,
      url: null,
      as: 'statuses',
      summary: null,
    });
    const after = bare.git('notes', '--ref=orthrus', 'show', head);
    expect(after.startsWith(before)).toBe(true);
    const statuses = await forge.statuses(repository, head);
    expect(statuses.get('orthrus')).toMatchObject({ state: 'failure', description: `no ${index}` });
  }
});
