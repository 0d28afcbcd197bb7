/** The one style sheet. */
export const style = `:root {
  color-scheme: light dark;
  --text: light-dark(#1b1f24, #e4e8ee);
  --quiet: light-dark(#5c6672, #98a2b0);
  --paper: light-dark(#ffffff, #14171b);
  --panel: light-dark(#f5f6f8, #1c2026);
  --line: light-dark(#dde1e6, #2e343c);
  --link: light-dark(#0b5cad, #7ab4f5);
  --good: light-dark(#14713a, #5fd08b);
  --bad: light-dark(#b3261e, #ff8f85);
  --busy: light-dark(#8a5a00, #f0bd5a);
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--paper);
  color: var(--text);
  font: 15px/1.5 system-ui, sans-serif;
}
header { padding: 0.75rem 1.5rem; border-bottom: 1px solid var(--line); background: var(--panel); }
header a { font-weight: 600; color: inherit; text-decoration: none; }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem; overflow-x: auto; }
a { color: var(--link); }
h1 { margin: 0 0 0.25rem; font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.15rem; }
h3 { margin: 0; font-size: 1rem; }
section { margin: 0.75rem 0; padding: 0.75rem 1rem; border: 1px solid var(--line); border-radius: 8px; }
section p { margin: 0.25rem 0; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.4rem 0.75rem 0.4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { color: var(--quiet); font-size: 0.85rem; font-weight: 500; }
tbody tr:last-child td { border-bottom: 0; }
time { white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.35rem 1.25rem; margin: 1rem 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
pre { max-height: 30rem; overflow: auto; margin: 0.5rem 0; padding: 0.75rem; border-radius: 6px; background: var(--panel); white-space: pre-wrap; }
summary { cursor: pointer; }
.name, .title, .none { color: var(--quiet); }
.unhandled { opacity: 0.7; }
.mark { padding: 0.05rem 0.5rem; border: 1px solid currentColor; border-radius: 999px; font-size: 0.85rem; font-weight: 500; white-space: nowrap; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.busy { color: var(--busy); }
.idle { color: var(--quiet); }
`;
