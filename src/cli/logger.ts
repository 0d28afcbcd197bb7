import { type DestinationStream, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

/** How a secret looks wherever it would have been written. */
const instead = '[secret]';

/** GitHub's tokens by their look: an App's are made while we run, so that no list names them. */
const tokenShape = /\b(?:gh[a-z]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/g;

/** What is shorter than a secret's line may stand in any text. */
const shortestLine = 16;

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
  const secrets = options.secrets.flatMap(partsOf);
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
          secrets
            .reduce((text, secret) => text.replaceAll(jsonText(secret), instead), line)
            .replaceAll(tokenShape, instead),
      },
    },
    stream,
  );
}

/** The whole, and what a message may quote of it: a key has many lines. */
function partsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= shortestLine);
  // What stands between a key's lines is no secret.
  const quotable = lines.filter((line) => !line.startsWith('-----'));
  return secret === '' ? [] : [secret, ...quotable];
}

/** What is expected to fail says what to do; a stack is worth reading only where something is a bug. */
function shortError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  if (!('code' in error) || typeof error.code !== 'string') return pino.stdSerializers.err(error);
  return { type: name, code: error.code, message };
}

/** A string as it stands inside a line of JSON. */
function jsonText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
