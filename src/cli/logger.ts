import { type DestinationStream, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import { formsOf, instead, redacted } from '../ports/secrets.ts';

/**
 * The service's own log, on stderr: JSON a line, or for a person at a terminal something readable. Whatever would be
 * written, the secrets are not (F3): by their names here, and by their values wherever they turn up.
 */
export function makeLogger(options: {
  readonly level: string;
  readonly secrets: readonly string[];
  readonly isTerminal: boolean;
  /** In place of stderr. */
  readonly destination?: DestinationStream;
}): Logger {
  const secrets = options.secrets
    .flatMap(formsOf)
    .toSorted((one, other) => other.length - one.length);
  const stream = options.isTerminal
    ? pretty({
        destination: 2,
        sync: true,
        ignore: 'pid,hostname',
        translateTime: 'SYS:HH:MM:ss',
        colorize: !process.env['NO_COLOR'],
      })
    : (options.destination ?? pino.destination({ dest: 2, sync: true }));
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: ['authorization', 'token', 'secret', '*.authorization', '*.token', '*.secret'],
        censor: instead,
      },
      serializers: { err: shortError },
      hooks: {
        streamWrite: (line) =>
          redacted(secrets.reduce((text, secret) => text.replaceAll(secret, instead), line)),
      },
    },
    stream,
  );
}

/** What is expected to fail says what to do; a stack is worth reading only where something is a bug. */
function shortError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  if (!('code' in error) || typeof error.code !== 'string') return pino.stdSerializers.err(error);
  return { type: name, code: error.code, message };
}
