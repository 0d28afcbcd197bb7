import { isatty } from 'node:tty';
import type { Command } from 'commander';
import type { Logger } from 'pino';
import type { Config } from '../config/schema.ts';
import { loadConfig } from '../config.ts';
import { readSecret, secretSources } from '../config/secrets.ts';
import type { Service } from '../service.ts';
import { CliError } from './cli-error.ts';
import { print } from './output.ts';
import { withConfig } from './reading.ts';

interface ServeOptions {
  readonly config: string;
  readonly logLevel: string;
  readonly inspect?: boolean;
}

const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

export function addServe(program: Command): void {
  withConfig(program.command('serve'))
    .description('the service; its URL goes to stdout, its log to stderr')
    .option('--inspect', 'show all pull requests live in the Stately inspector, at /inspect')
    .option('--log-level <level>', levels.join(', '), 'info')
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  if (!levels.includes(options.logLevel))
    throw new CliError(
      'usage',
      `there is no log level "${options.logLevel}"; use one of ${levels.join(', ')}`,
    );
  const config = loadConfig(options.config);
  const secrets = secretsOf(config);
  // Loaded only here: nobody else at the command line waits for an HTTP server.
  const [{ openService }, { createApp }, { listen }, { makeLogger }, { realWorld }] =
    await Promise.all([
      import('../service.ts'),
      import('../http/app.ts'),
      import('../http/listen.ts'),
      import('./logger.ts'),
      import('../real-world.ts'),
    ]);
  const logger = makeLogger({
    level: options.logLevel,
    secrets,
    isTerminal: isatty(2),
  });
  const service = await openService(config, { world: realWorld, logger });
  const http = createApp(service, { inspect: options.inspect === true });
  let server: Awaited<ReturnType<typeof listen>>;
  try {
    server = await listen(http.app, config.listen);
  } catch (error) {
    await service.stop();
    throw error;
  }
  const closeHttp = async (): Promise<void> => {
    http.close();
    await server.close();
  };
  const stopped = stopOnSignal(service, logger, closeHttp);
  try {
    await service.start(server.url);
  } catch (error) {
    await closeHttp();
    await service.stop();
    throw error;
  }
  await print(`orthrus is listening at ${server.url}\n`);
  if (options.inspect === true) await print(`the inspector is at ${server.url}/inspect\n`);
  await stopped;
}

/** All secrets of the configuration. @throws {ConfigError} if one is not there: better at start than at midnight */
function secretsOf(config: Config): string[] {
  return secretSources(config).map(({ key, source }) => readSecret(source, key));
}

/** The longest that a stop may take; what is not finished by then is taken up at the next start. */
const stopWithin = 9500;

/** Resolves when SIGTERM or SIGINT has come and all has ended. A second signal ends the process at once. */
function stopOnSignal(
  service: Service,
  logger: Logger,
  closeHttp: () => Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let isStopping = false;
    const stop = (signal: NodeJS.Signals): void => {
      if (isStopping) process.exit(1);
      isStopping = true;
      logger.info({ signal }, 'stopping');
      setTimeout(() => {
        logger.error('not everything ended in time');
        process.exit(1);
      }, stopWithin).unref();
      closeHttp()
        .then(() => service.stop())
        .then(() => {
          logger.info('stopped');
          process.off('SIGTERM', stop);
          process.off('SIGINT', stop);
          resolve();
        })
        .catch(reject);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}
