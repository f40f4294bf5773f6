/** The look of pages to act from: made for a thumb. The way on stays at the lower edge of the screen, wherever one has scrolled to. */
export const actStyle = `
.button, .big, .small { border-radius: .6rem; text-decoration: none; text-align: center; font-weight: 600; cursor: pointer; }
.big, .small { display: grid; place-content: center; width: 100%; margin: 0; }
.button { display: inline-block; padding: .55rem 1rem; border: 1px solid var(--line); background: var(--shade); color: var(--link); }
.reach { position: sticky; bottom: 0; margin: 0; padding: .75rem 0 1rem; display: grid; gap: .6rem; background: linear-gradient(transparent, var(--paper) .75rem); }
.reach form, .visitor form { margin: 0; }
.big { min-height: 4rem; padding: 1.1rem 1rem; border: 0; background: var(--link); color: var(--sheet); font-size: 1.25rem; line-height: 1.3; }
.big:active { filter: brightness(.85); }
.big.rollback { background: var(--bad); }
.big.approve { background: var(--good); }
.small { min-height: 3rem; padding: .6rem 1rem; font-size: 1.05rem; border: 1px solid var(--line); background: var(--sheet); color: var(--ink); }
.reach .why { display: grid; grid-template-columns: 1fr 8rem; gap: .6rem; }
.reach input { min-width: 0; padding: .6rem .8rem; font: inherit; border: 1px solid var(--line); border-radius: .6rem; background: var(--sheet); color: var(--ink); }
.way dl { grid-template-columns: 1fr; gap: 1.6rem; font-size: 1.05rem; }
.way dl div { position: relative; }
.way dl div + div::before { content: '↓'; position: absolute; top: -1.55rem; left: .1rem; color: var(--soft); font-weight: 700; }
.visitor { display: grid; grid-template-columns: 1fr auto; align-items: center; gap: .4rem 1rem; }
.visitor .small { min-height: 2.75rem; }
`
