import { Router } from 'express';
import type { VNode } from 'preact';
import { z } from 'zod';
import type { StreamKind } from '../../machines/stream.ts';
import { markedSvg } from '../dashboard/pull/chart-marks.ts';
import type { PullData } from '../dashboard/pull/pull-data.ts';
import { PullView } from '../dashboard/pull/pull-view.tsx';
import { firstOf, partOf, partSize, scenesOf } from '../dashboard/pull/scenes.ts';
import { overviewSvg } from '../replay/overview-svg.ts';
import type { Service } from '../service.ts';
import { parseQuery } from './body.ts';
import { findPull, pullPath } from './find-pull.ts';
import type { PageRenderer } from './page-renderer.tsx';
import { pullDetail } from './pull-detail.ts';
import { eventJson } from './pull-json.ts';
import { type ListedPull, readEvents } from './read-pulls.ts';
import { timelinePart } from './timeline.ts';
import type { Keyframes } from './timeline-keyframes.ts';
import { timelineMarks } from './timeline-marks.ts';

const pullQuery = z.object({
  at: z.coerce.number().int().positive().optional(),
  before: z.coerce.number().int().positive().default(Number.MAX_SAFE_INTEGER),
});

/** How many events a page shows. */
const eventsShown = 50;

/** The page of a pull request, or of a branch. */
export function pullPage(service: Service, pages: PageRenderer, keyframes: Keyframes): Router {
  const { db } = service.engine.options;
  const { links } = pages;
  const charts = new Map<StreamKind, Promise<string>>();
  const chartOf = (kind: StreamKind): Promise<string> => {
    // Drawn once: the machine is this process's own.
    const chart = charts.get(kind) ?? overviewSvg(kind);
    charts.set(kind, chart);
    return chart;
  };

  const dataOf = async (
    row: ListedPull,
    { at: wanted, before }: z.infer<typeof pullQuery>,
  ): Promise<PullData> => {
    const pull = await pullDetail(service, links, row);
    const newest = pull.version;
    const at = Math.max(1, Math.min(wanted ?? newest, newest));
    const from = firstOf(partOf(at));
    const events = await readEvents(db, row.stream, { before }, eventsShown);
    return {
      pull,
      api: links.apiOf(row),
      stream: links.api('stream'),
      at,
      newest,
      part: await timelinePart(db, keyframes, row, { from, limit: partSize }),
      marks: await timelineMarks(db, row.stream, { at, newest }),
      events: events.map(eventJson),
      hasOperator: service.config.operatorToken !== undefined,
    };
  };

  const router = Router();
  router.get(`/pulls${pullPath}`, async (request, response) => {
    const row = await findPull(service, request.params);
    const data = await dataOf(row, parseQuery(request, pullQuery));
    const scene = scenesOf(data.part).find(({ version }) => version === data.at) ?? null;
    const chart = markedSvg(await chartOf(row.kind), scene);
    const View = ({ data: shown }: { readonly data: PullData }): VNode => (
      <PullView data={shown} chart={chart} />
    );
    const title = row.title === null ? data.pull.pull : `${row.title} · ${data.pull.pull}`;
    await pages.send(response, { title, View, data, entry: 'pull' });
  });
  return router;
}
