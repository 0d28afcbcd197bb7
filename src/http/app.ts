import express, { type Express } from 'express';
import type { Service } from '../service.ts';
import { apiDescription } from './api-description.ts';
import { apiInspect } from './api-inspect.ts';
import { apiOperator } from './api-operator.ts';
import { apiPulls } from './api-pulls.ts';
import { apiStream } from './api-stream.ts';
import { assetFiles } from './asset-files.ts';
import { buildLog } from './build-log.ts';
import { answerErrors, unknownRoute } from './errors.ts';
import { ciResults } from './ci-results.ts';
import { EventFeed } from './event-feed.ts';
import { health } from './health.ts';
import { Links } from './links.ts';
import { listPage } from './list-page.ts';
import { Metrics, metricsRouter } from './metrics.ts';
import { overviewPage } from './overview-page.ts';
import { PageRenderer } from './page-renderer.tsx';
import { pullPage } from './pull-page.tsx';
import { securityHeaders } from './security-headers.ts';
import { timeRequests } from './time-requests.ts';
import { Keyframes } from './timeline-keyframes.ts';
import { webhooks } from './webhooks.ts';

/** The HTTP side of a service. */
export interface App {
  readonly app: Express;
  /** Ends what listens to the service, the streams of events first of all. Comes before the server's own end. */
  close(): void;
}

export interface AppOptions {
  /** Shows all pull requests live in the Stately inspector. */
  readonly inspect?: boolean;
}

/** @throws {ConfigError} if the operator's token cannot be read */
export function createApp(service: Service, { inspect = false }: AppOptions = {}): App {
  const keyframes = new Keyframes();
  const links = Links.below(service.config.publicUrl);
  const renderer = new PageRenderer(links, () => service.engine.options.world.now());
  const operator = apiOperator(service);
  const feed = new EventFeed(service.engine);
  const metrics = new Metrics(service, feed);
  const inspector = apiInspect(service, inspect);
  const app = express();
  app.disable('x-powered-by');
  app.use(timeRequests(metrics.requests));
  app.use(securityHeaders);
  // Every router names its paths in full: they are what requests are counted by.
  app.use(webhooks(service, metrics.deliveries));
  app.use(ciResults(service));
  app.use(apiPulls(service, links, keyframes));
  app.use(operator);
  app.use(apiStream(feed));
  app.use(inspector.router);
  app.use(apiDescription());
  app.use(health(service));
  app.use(metricsRouter(metrics));
  app.use(assetFiles());
  app.use(listPage(service, renderer));
  app.use(overviewPage(service, renderer));
  app.use(pullPage(service, renderer, keyframes));
  app.use(buildLog(service));
  app.use(unknownRoute);
  app.use(answerErrors(service, renderer));
  return {
    app,
    close() {
      feed.close();
      inspector.close();
      metrics.close();
    },
  };
}
