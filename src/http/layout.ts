import { type Content, html, type Html } from './html.ts';
import type { Links } from './links.ts';

/** A whole page. */
export function layout(links: Links, title: string, content: Content): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Orthrus</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${links.style}">
</head>
<body>
<header><a href="${links.home}">Orthrus</a></header>
<main>
${content}
</main>
</body>
</html>
`;
}
