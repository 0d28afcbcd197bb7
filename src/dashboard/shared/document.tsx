import type { ComponentChildren, VNode } from 'preact';
import type { Links } from '../../http/links.ts';
import type { ScriptNames } from '../bundle/assets.ts';
import { embeddedId } from './embedded.ts';

export const mainId = 'main';

export interface DocumentProps {
  readonly title: string;
  readonly links: Links;
  readonly style: string;
  /** Null: the page has none. */
  readonly script: ScriptNames | null;
  /** What it was drawn from, as text that is safe inside of a script element; null: nobody asks. */
  readonly embedded: string | null;
  /** The address that its link in the header has, if it has one there. */
  readonly current: string | null;
  readonly children: ComponentChildren;
}

/** A whole page, around what `main` holds. Only that is made live in the browser. */
export function Document(props: DocumentProps): VNode {
  const { title, links, style, script, embedded } = props;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · Orthrus`}</title>
        <link rel="icon" href={icon} />
        <link rel="stylesheet" href={links.asset(style)} />
        {script !== null && <Scripts links={links} script={script} />}
      </head>
      <body>
        <a class="skip" href={`#${mainId}`}>
          Skip to the content
        </a>
        <Header {...props} />
        <main id={mainId} tabIndex={-1}>
          {props.children}
        </main>
        {embedded !== null && (
          <script
            type="application/json"
            id={embeddedId}
            dangerouslySetInnerHTML={{ __html: embedded }}
          />
        )}
      </body>
    </html>
  );
}

function Scripts({ links, script }: { links: Links; script: ScriptNames }): VNode {
  return (
    <>
      {script.shared.map((name) => (
        <link key={name} rel="modulepreload" href={links.asset(name)} />
      ))}
      <script type="module" src={links.asset(script.entry)} />
    </>
  );
}

function Header({ links, current }: DocumentProps): VNode {
  const to = (href: string, text: string): VNode => (
    <a href={href} aria-current={href === current ? 'page' : undefined}>
      {text}
    </a>
  );
  return (
    <header class="top">
      <a class="brand" href={links.home}>
        Orthrus
      </a>
      <nav aria-label="Pages">
        {to(links.home, 'Pull requests')}
        {to(links.overview, 'Overview')}
      </nav>
    </header>
  );
}

/** Two heads, one of them lit. */
const icon =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="5" cy="8" r="4" fill="#2f6fde"/><circle cx="11" cy="8" r="4" fill="#d9822b"/></svg>',
  );
