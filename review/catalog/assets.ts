/** Style of the catalogue: one narrow column on a phone, a side list of sections on a desk; light and dark. */
export const CATALOG_CSS = `
:root{color-scheme:light dark;--ground:#fff;--ink:#1c2330;--faint:#667085;--line:#e4e7ec;--panel:#f7f8fa;--link:#1d4ed8;--hit:#fff3c4;--warn:#9a5b00;--raw:#8a6d3b;--core:#2f6fab;--mart:#2c7a51;--ops:#7b5ea7;--outside:#667085;--edge:#b6bfcc;--hot:#d9480f}
@media (prefers-color-scheme:dark){:root{--ground:#14181f;--ink:#e6e9ef;--faint:#98a2b3;--line:#2c333f;--panel:#1b212b;--link:#8ab4ff;--hit:#3d3415;--warn:#f0b454;--raw:#d0b07a;--core:#7fb4e6;--mart:#71c79a;--ops:#b79fe0;--outside:#98a2b3;--edge:#465063;--hot:#ff9d6b}}
*{box-sizing:border-box}html{scroll-padding-top:4rem}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:.5rem;background:var(--ground);padding:.3rem .6rem;z-index:9}
.top{position:sticky;top:0;z-index:5;display:flex;flex-wrap:wrap;gap:.5rem 1.2rem;align-items:center;padding:.6rem 1.25rem;background:var(--ground);border-bottom:1px solid var(--line)}
.top .brand{font-weight:700;color:var(--ink)}
.top nav{display:flex;gap:1rem;flex-wrap:wrap}
.search{position:relative;flex:1 1 16rem;max-width:34rem;margin-left:auto}
.search input{width:100%;font:inherit;padding:.4rem .7rem;border:1px solid var(--line);border-radius:6px;background:var(--panel);color:var(--ink)}
.search input:focus-visible,a:focus-visible,summary:focus-visible,.drawing:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.results{position:absolute;left:0;right:0;top:calc(100% + 4px);max-height:70vh;overflow:auto;background:var(--ground);border:1px solid var(--line);border-radius:6px;box-shadow:0 8px 28px rgba(0,0,0,.18);margin:0;padding:.3rem;list-style:none}
.results li{padding:.35rem .6rem;border-radius:4px;cursor:pointer}.results li[aria-selected=true],.results li:hover{background:var(--hit)}
.results small,.faint{color:var(--faint)}.results small{display:block;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
main{max-width:74rem;margin:0 auto;padding:1.4rem 1.25rem 4rem}
main.wide{max-width:112rem}
h1{font-size:1.5rem;line-height:1.25;margin:.2rem 0 .4rem;overflow-wrap:anywhere}h2{font-size:1.15rem;margin:2rem 0 .6rem}h3{font-size:1rem;margin:1.2rem 0 .4rem}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
.lead{font-size:1.05rem;margin:.2rem 0 1rem;max-width:46rem}
.crumb{color:var(--faint);font-size:.9rem}
code{font:.86em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--panel);padding:.08em .3em;border-radius:4px;overflow-wrap:anywhere}
pre{font:.82rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--panel);padding:.9rem 1rem;border-radius:6px;overflow-x:auto}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(12rem,1fr));gap:.7rem;margin:.8rem 0}
.facts div{background:var(--panel);border-radius:6px;padding:.6rem .8rem}.facts dt{font-size:.8rem;color:var(--faint)}.facts dd{margin:0;overflow-wrap:anywhere}.facts dd.big{font-size:1.3rem;font-weight:650;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.93rem}
th{text-align:left;font-size:.8rem;color:var(--faint);border-bottom:2px solid var(--line);padding:.3rem .8rem .3rem 0;vertical-align:bottom}
td{border-bottom:1px solid var(--line);padding:.42rem .8rem .42rem 0;vertical-align:top}td.num,th.num{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
tr:target td,.hit td{background:var(--hit)}
.tag{display:inline-block;font-size:.74rem;padding:.02rem .42rem;border-radius:99px;border:1px solid currentColor;color:var(--faint);white-space:nowrap}.tag.personal{color:var(--warn)}
.tag.raw,.dot.raw{color:var(--raw)}.tag.core,.dot.core{color:var(--core)}.tag.mart,.dot.mart{color:var(--mart)}.tag.ops,.dot.ops{color:var(--ops)}
.drawing{overflow:auto;max-height:80vh;border:1px solid var(--line);border-radius:8px;padding:.6rem;background:var(--ground)}
svg{display:block}svg.map{max-width:100%;min-width:60rem;height:auto}.columns td:first-child code{white-space:nowrap;overflow-wrap:normal}svg text{font:12px system-ui,sans-serif;fill:var(--ink)}svg .name{font-weight:650}svg .sub,svg .row{fill:var(--faint);font-size:11px}
svg .box{fill:var(--panel);stroke:var(--outside);stroke-width:1.4}svg .raw .box{stroke:var(--raw)}svg .core .box{stroke:var(--core)}svg .mart .box{stroke:var(--mart)}svg .ops .box{stroke:var(--ops)}svg .role .box{stroke-dasharray:4 3}svg .way .box{stroke:var(--faint);rx:16}svg .own .box{stroke-width:2.6}
svg .col rect{fill:transparent}svg .col:hover rect,svg .col.hot rect{fill:var(--hit)}svg .edge{fill:none;stroke:var(--edge);stroke-width:1.3}svg .edge.hot{stroke:var(--hot);stroke-width:2.4}svg.some .edge:not(.hot){opacity:.18}
svg.plot .bar{fill:var(--core)}svg.plot .grid{stroke:var(--line)}
details{border:1px solid var(--line);border-radius:6px;padding:.1rem .9rem;margin:.6rem 0}summary{cursor:pointer;padding:.45rem 0}
.legend{display:flex;gap:1.2rem;flex-wrap:wrap;color:var(--faint);font-size:.88rem;margin:.5rem 0}
footer{color:var(--faint);font-size:.85rem;border-top:1px solid var(--line);margin-top:3rem;padding-top:1rem}
@media (max-width:640px){.top{position:static}.search{flex-basis:100%;max-width:none}table.stack thead{display:none}table.stack,table.stack tbody,table.stack tr,table.stack td{display:block;width:100%}table.stack tr{border-bottom:1px solid var(--line);padding:.5rem 0}table.stack td{border:0;padding:.1rem 0;text-align:left}table.stack td[data-label]:not(:empty)::before{content:attr(data-label) ": ";color:var(--faint);font-size:.8rem}}
@media print{.top,.search{display:none}.drawing{max-height:none;overflow:visible}}
`;

/** Search (key /, arrows, Enter, Esc) and the lineage's highlighting. The index is in search.js; the site is readable without script. */
export const CATALOG_JS = `
(() => {
  const input = document.querySelector("#search");
  const list = document.querySelector("#results");
  const base = document.documentElement.dataset.base;
  const index = window.FIRN_INDEX || [];
  let chosen = -1, found = [];
  const score = (item, words) => {
    let total = 0;
    for (const word of words) {
      const at = item.k.indexOf(word);
      if (at >= 0) total += at === 0 || /[._ ]/.test(item.k[at - 1]) ? 6 : 4;
      else if (item.d.includes(word)) total += 1;
      else return 0;
    }
    return total + (item.t === "table" ? 2 : item.t === "metric" ? 3 : item.t === "report" ? 1 : 0) - item.n.length / 200;
  };
  const show = () => {
    const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
    found = words.length === 0 ? [] : index.map((item) => [score(item, words), item]).filter(([s]) => s > 0).sort((a, b) => b[0] - a[0]).slice(0, 30).map(([, item]) => item);
    chosen = found.length > 0 ? 0 : -1;
    list.replaceChildren(...(found.length > 0 ? found.map((item, at) => {
      const li = document.createElement("li");
      li.id = "hit-" + at; li.setAttribute("role", "option");
      li.append(item.n, " ");
      const kind = document.createElement("span"); kind.className = "tag"; kind.textContent = item.t; li.append(kind);
      const small = document.createElement("small"); small.textContent = item.s; li.append(small);
      li.addEventListener("mousedown", (event) => { event.preventDefault(); location.href = base + item.u; });
      return li;
    }) : words.length > 0 ? [Object.assign(document.createElement("li"), { textContent: "Nothing is called that." })] : []));
    list.hidden = words.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    mark();
  };
  const mark = () => {
    found.forEach((_, at) => { const li = list.children[at]; li.setAttribute("aria-selected", String(at === chosen)); if (at === chosen) li.scrollIntoView({ block: "nearest" }); });
    if (chosen >= 0) input.setAttribute("aria-activedescendant", "hit-" + chosen); else input.removeAttribute("aria-activedescendant");
  };
  input.addEventListener("input", show);
  input.addEventListener("blur", () => { list.hidden = true; });
  input.addEventListener("focus", () => { if (input.value) show(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); if (found.length > 0) chosen = (chosen + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length; mark(); }
    else if (event.key === "Enter" && found[chosen]) location.href = base + found[chosen].u;
    else if (event.key === "Escape") { input.value = ""; show(); input.blur(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) { event.preventDefault(); input.focus(); input.select(); }
  });
  for (const svg of document.querySelectorAll("svg.lineage, svg.map")) {
    const edges = [...svg.querySelectorAll(".edge")];
    const light = (id) => {
      const hot = new Set(id === undefined ? [] : [id]);
      for (const [a, b] of [["from", "to"], ["to", "from"]])
        for (let queue = id === undefined ? [] : [id]; queue.length > 0;) {
          const at = queue.pop();
          for (const edge of edges) if (edge.dataset[a] === at && !hot.has(a + edge.dataset[b])) { hot.add(a + edge.dataset[b]); hot.add(edge.dataset[b]); hot.add(edge); queue.push(edge.dataset[b]); }
        }
      for (const edge of edges) edge.classList.toggle("hot", hot.has(edge));
      for (const node of svg.querySelectorAll("[data-column]")) node.classList.toggle("hot", hot.has(node.dataset.column));
      svg.classList.toggle("some", id !== undefined && edges.some((edge) => hot.has(edge)));
    };
    for (const node of svg.querySelectorAll("[data-column]")) {
      node.addEventListener("mouseenter", () => light(node.dataset.column));
      node.addEventListener("mouseleave", () => light());
      const link = node.closest("a");
      if (link) { link.addEventListener("focus", () => light(node.dataset.column)); link.addEventListener("blur", () => light()); }
    }
    const target = () => { const id = decodeURIComponent(location.hash.slice(1)); if (id && svg.dataset.own !== "no") { const node = [...svg.querySelectorAll(".own .col")].find((each) => each.dataset.column.endsWith("." + id)); if (node) light(node.dataset.column); } };
    addEventListener("hashchange", target); target();
  }
})();
`;
