import { expect, test } from 'vitest';
import { examineTyphon, type Finding } from '../../../src/ci/typhon/examine.ts';
import { secret } from '../../doubles/typhon/fixture.ts';
import { scriptedLab } from './laboratory.ts';

async function look(
  lab: Awaited<ReturnType<typeof scriptedLab>>,
  options: { webhookSecret?: string; project?: string } = {},
): Promise<readonly Finding[]> {
  const { url } = lab.typhon;
  const webhookSecret = options.webhookSecret ?? secret;
  return examineTyphon({ url, webhookSecret, world: lab.world }, options.project ?? 'demo');
}

test('a Typhon that can be worked with, found out without doing anything there', async () => {
  const lab = await scriptedLab();
  const findings = await look(lab);
  expect(findings.map(({ ok }) => ok)).toEqual([true, true, true]);
  expect(findings.map(({ line }) => line)).toEqual([
    expect.stringMatching(
      /^Typhon answers at http:.* in \d+ ms, and has 0 evaluations of project "demo"$/,
    ),
    'its events can be listened to',
    expect.stringMatching(/takes webhooks signed with our secret, an empty one in \d+ ms$/),
  ]);
  expect([lab.typhon.jobsets('demo'), lab.typhon.evaluations, lab.typhon.webhooks]).toEqual([
    [],
    [],
    [],
  ]);
  await lab.typhon.until(() => lab.typhon.listeners === 0, 'nobody to listen');
  expect(JSON.stringify(findings)).not.toContain(secret);
});

test('E3 what is wrong is said with what to do', async () => {
  const lab = await scriptedLab();
  const wrong = async (options: Parameters<typeof look>[1]): Promise<string> => {
    const findings = await look(lab, options);
    return findings
      .filter(({ ok }) => !ok)
      .map(({ line }) => line)
      .join('\n');
  };
  expect(await wrong({ webhookSecret: 'another' })).toMatch(
    /make "webhookSecret" its github_webhook_secret/,
  );
  expect(await wrong({ project: 'nobody' })).toMatch(/knows no project "nobody": create it there/);
  lab.typhon.faults.failing = ({ path }) => path === '/api/events';
  expect(await wrong({})).toMatch(
    /^its events cannot be listened to, so results are only found by polling/,
  );
  await lab.typhon.line('refused');
  expect(await wrong({})).toMatch(/^nothing answers at .*ECONNREFUSED.*is Typhon running/);
});
