/** The look of every page: light or dark as the reader's machine is, one column, readable on a phone. */
export const style = `
:root {
  --paper: #f6f7f9; --sheet: #fff; --ink: #16191d; --soft: #5b6470; --line: #e2e6eb; --shade: #f1f3f6; --link: #1d4ed8;
  --calm: #5b6470; --busy: #1d4ed8; --good: #15803d; --warn: #a34a07; --bad: #b91c1c;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0e1116; --sheet: #161b22; --ink: #e8ecf1; --soft: #97a3b2; --line: #2a313b; --shade: #0f141a; --link: #7db1ff;
    --calm: #97a3b2; --busy: #7db1ff; --good: #56d483; --warn: #f4a64a; --bad: #ff8078;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif; }
.wide { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
.bar { padding: .9rem 0; }
.bar .wide { display: flex; align-items: center; gap: .55rem; }
.mark { width: 1rem; height: 1rem; border-radius: 50% 50% 50% 0; background: var(--link); transform: rotate(-45deg); }
main { padding-bottom: 4rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; }
section { background: var(--sheet); border: 1px solid var(--line); border-radius: .75rem; padding: 1.25rem 1.5rem; }
h1 { font-size: 1.65rem; line-height: 1.25; letter-spacing: -.015em; margin: .35rem 0; overflow-wrap: anywhere; text-wrap: balance; }
h2 { font-size: 1.05rem; margin: 0 0 .75rem; }
p { margin: .35rem 0; overflow-wrap: anywhere; text-wrap: pretty; }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible, summary:focus-visible, pre:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
button { margin-top: .6rem; padding: .6rem 1.1rem; border: 0; border-radius: .5rem; background: var(--link); color: var(--sheet); font: 600 1rem/1.3 inherit; font-family: inherit; cursor: pointer; }
button:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code, pre { font: .875em/1.5 var(--mono); }
code { overflow-wrap: anywhere; }
.name { white-space: nowrap; }
.note, .none { color: var(--soft); font-size: .9em; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.outcome { --tone: var(--calm); border-top: 4px solid var(--tone); padding-top: 1.1rem; }
.outcome.busy { --tone: var(--busy); } .outcome.good { --tone: var(--good); } .outcome.warn { --tone: var(--warn); }
.outcome.bad, .outcome.alarm { --tone: var(--bad); }
.outcome.alarm { background: color-mix(in srgb, var(--bad) 6%, var(--sheet)); border-color: var(--bad); }
.badge { display: inline-flex; align-items: center; gap: .45rem; color: var(--tone); font-weight: 600; font-size: .9rem; }
.badge::before { content: ''; width: .6rem; height: .6rem; border-radius: 50%; background: currentColor; }
.busy .badge::before { animation: breathe 1.6s ease-in-out infinite; }
.subject { color: var(--soft); font-size: 1.05rem; }
.remedy { color: var(--soft); }
.outcome pre, details pre { background: var(--shade); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem .9rem; margin: .6rem 0; overflow: auto; max-height: 28rem; }
.outcome pre { white-space: pre-wrap; overflow-wrap: anywhere; }

.course { list-style: none; display: flex; gap: .4rem; margin: 1.1rem 0 .2rem; padding: 0; }
.course li { flex: 1; border-top: 4px solid var(--line); border-radius: 2px; padding-top: .35rem; color: var(--soft); font-size: .85rem; }
.course .done { border-color: var(--tone); color: var(--ink); }
.course .now { border-color: var(--tone); color: var(--ink); font-weight: 600; animation: breathe 1.6s ease-in-out infinite; }
.course .stopped { border-color: var(--tone); border-top-style: dashed; color: var(--tone); font-weight: 600; }
@keyframes breathe { 50% { opacity: .45; } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; } }

dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: .9rem 1.25rem; margin: 0; }
dt { color: var(--soft); font-size: .85rem; }
dd { margin: 0; overflow-wrap: anywhere; }

table { width: 100%; border-collapse: collapse; }
table + table { margin-top: 1.1rem; }
thead th { color: var(--soft); font-weight: 500; font-size: .85rem; text-align: left; padding: 0 .75rem .35rem 0; }
tbody th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-top: 1px solid var(--line); overflow-wrap: break-word; }
tbody th { font-weight: 600; } tbody th .note { font-weight: 400; }
.chip { display: inline-block; border: 1px solid currentColor; border-radius: 1rem; padding: 0 .55rem; font-size: .8rem; font-weight: 500; color: var(--soft); }
.chip.recreated, .chip.created, .chip.reloaded { color: var(--busy); } .chip.removed { color: var(--warn); }
.tick { color: var(--good); font-weight: 700; }

.timeline { list-style: none; margin: 0; padding: 0; }
.timeline li { display: grid; grid-template-columns: 6.5rem 5rem minmax(0, 1fr); gap: 0 .75rem; padding: .4rem 0; border-top: 1px solid var(--line); }
.timeline li:first-child { border-top: 0; }
.timeline time { color: var(--soft); font-size: .9em; font-variant-numeric: tabular-nums; white-space: nowrap; }
.step { font-weight: 600; overflow-wrap: anywhere; }
.said { overflow-wrap: anywhere; }
.host { font: .8rem var(--mono); background: var(--shade); border: 1px solid var(--line); border-radius: .3rem; padding: .05rem .35rem; }
summary { cursor: pointer; }
details pre { white-space: pre; }

@media (max-width: 40rem) {
  .wide { padding: 0 .75rem; }
  section { padding: 1rem; border-radius: .6rem; }
  h1 { font-size: 1.35rem; }
  dl { grid-template-columns: 1fr 1fr; gap: .75rem 1rem; }
  thead { display: none; }
  table, tbody, tr, tbody th, td { display: block; }
  tr { border-top: 1px solid var(--line); padding: .55rem 0; }
  tbody th, td { border: 0; padding: .1rem 0; overflow-wrap: anywhere; }
  td { position: relative; padding-left: 5.25rem; }
  td::before { content: attr(data-label); position: absolute; left: 0; color: var(--soft); font-size: .85rem; }
  .timeline li { grid-template-columns: auto 1fr; }
  .timeline .said { grid-column: 1 / -1; }
  .timeline time { order: 2; text-align: right; }
  .timeline .said { order: 3; }
}
`
