import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeLogger } from '../../src/cli/logger.ts';

test('F3 no secret leaves by the log: whole, a line of it, or a token that no list names', () => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const written: string[] = [];
  const logger = makeLogger({
    level: 'debug',
    secrets: ['a "quoted" secret', '', privateKey],
    isTerminal: false,
    destination: { write: (line) => void written.push(line) },
  });
  const line = privateKey.split('\n')[3] ?? '';
  const token = `ghs_${'a1'.repeat(18)}`;
  logger.info({ detail: { said: 'a "quoted" secret' } }, `it said ${privateKey}`);
  logger.warn({ err: new Error(`near ${line}: ${token}`) }, 'failed');
  const text = written.join('');
  expect(written).toHaveLength(2);
  expect(text).not.toContain('quoted');
  expect(text).not.toContain(line);
  expect(text).not.toContain(token);
  expect(text).toContain('near [secret]: [secret]');
});
