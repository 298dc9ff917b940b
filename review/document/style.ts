/** Style of the review's and the forecast's page: one column, light and dark, readable on a phone and on paper. */
export const REVIEW_CSS = `
:root{color-scheme:light dark;--ground:#fff;--ink:#1c2330;--faint:#667085;--line:#e4e7ec;--panel:#f7f8fa;--good:#0f7b4f;--warn:#9a5b00;--bad:#b42318;--goodbg:#e9f7f0;--warnbg:#fff6e5;--badbg:#fdeceb;--link:#1d4ed8;--bar:#3b6fd4;--bar2:#b9cdf2}
@media (prefers-color-scheme:dark){:root{--ground:#14181f;--ink:#e6e9ef;--faint:#98a2b3;--line:#2c333f;--panel:#1b212b;--good:#5fd0a0;--warn:#f0b454;--bad:#ff8a80;--goodbg:#12281f;--warnbg:#2c2415;--badbg:#331a19;--link:#8ab4ff;--bar:#6f9bf0;--bar2:#2d426b}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:68rem;padding:2rem 1.25rem 4rem;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h1{font-size:1.45rem;line-height:1.3;margin:0 0 .35rem}
h2{font-size:1.15rem;margin:0 0 .8rem;padding-top:.2rem}
.summary{color:var(--faint);font-weight:400;margin-left:.4rem;font-size:.95rem}
header.verdict{border-left:6px solid var(--faint);background:var(--panel);border-radius:6px;padding:1.1rem 1.3rem}
header.verdict p{margin:0;color:var(--faint)}
header.good{border-color:var(--good);background:var(--goodbg)}header.warn{border-color:var(--warn);background:var(--warnbg)}header.bad{border-color:var(--bad);background:var(--badbg)}
nav{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;margin:1rem 0 1.4rem;font-size:.92rem}
a{color:var(--link);text-decoration:none}a:hover,a:focus-visible{text-decoration:underline}
section{border-top:1px solid var(--line);padding:1.4rem 0 1rem}
p,ul{margin:.5rem 0 .9rem}ul{padding-left:1.2rem}li{margin:.2rem 0}
code{font:.86em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--panel);padding:.08em .32em;border-radius:4px;overflow-wrap:anywhere}
pre{font:.8rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--panel);padding:.8rem 1rem;border-radius:6px;overflow-x:auto}
.faint,small{color:var(--faint)}
.scroll{overflow-x:auto;margin:.6rem 0 1.1rem}
table{border-collapse:collapse;width:100%;font-size:.93rem;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:600;color:var(--faint);font-size:.82rem;border-bottom:2px solid var(--line);padding:.35rem .7rem .35rem 0;vertical-align:bottom}
td{border-bottom:1px solid var(--line);padding:.42rem .7rem .42rem 0;vertical-align:top}
.right{text-align:right;white-space:nowrap}
tfoot td{font-weight:600;border-bottom:0;border-top:2px solid var(--line)}
td.good{color:var(--good)}td.warn{color:var(--warn)}td.bad{color:var(--bad)}
.note{border-left:4px solid var(--line);padding:.45rem .8rem;background:var(--panel);border-radius:4px}
.note.good{border-color:var(--good)}.note.warn{border-color:var(--warn);background:var(--warnbg)}.note.bad{border-color:var(--bad);background:var(--badbg)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.8rem;margin:.4rem 0 1.1rem}
.facts div{background:var(--panel);border-radius:6px;padding:.7rem .9rem;border-top:3px solid var(--line)}
.facts .good{border-color:var(--good)}.facts .warn{border-color:var(--warn)}.facts .bad{border-color:var(--bad)}
dt{color:var(--faint);font-size:.82rem}dd{margin:.1rem 0 0;font-size:1.25rem;font-weight:600;font-variant-numeric:tabular-nums}dd small{display:block;font-size:.8rem;font-weight:400}
details{margin:.3rem 0;border:1px solid var(--line);border-radius:6px;padding:.1rem .9rem}
summary{cursor:pointer;padding:.45rem 0}summary:focus-visible,a:focus-visible{outline:2px solid var(--link);outline-offset:2px}
svg.chart{width:100%;height:auto;display:block;margin:.4rem 0 1rem}svg.chart text{font:11px system-ui,sans-serif;fill:var(--faint)}svg.chart .grid{stroke:var(--line)}svg.chart .band{fill:var(--bar2);opacity:.55}svg.chart .l0{stroke:var(--bar);stroke-width:2.5;fill:none}svg.chart .l1{stroke:var(--warn);stroke-width:1.5;stroke-dasharray:5 4;fill:none}svg.chart .s0{fill:var(--bar)}svg.chart .s1{fill:var(--warn)}svg.chart .label{font-weight:600}
footer{color:var(--faint);font-size:.85rem;border-top:1px solid var(--line);padding-top:1rem}
@media print{body{max-width:none;padding:0}nav{display:none}details{break-inside:avoid}}
`;
