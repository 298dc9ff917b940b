import { chartSvg } from "./chart.ts";
import {
  type Block,
  type Cell,
  cellOf,
  type Document,
  type Part,
  partsOf,
  type Section,
  type Text,
} from "./document.ts";
import { escapeHtml } from "./escape-html.ts";
import { REVIEW_CSS } from "./style.ts";

/** One self-contained page: no script, no request; a policy in the page forbids both. */
export function renderHtml(document: Document): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(document.title)}</title>
<style>${REVIEW_CSS}</style>
</head>
<body>
<header class="verdict ${document.tone}">
<h1>${escapeHtml(document.title)}</h1>
<p>${html(document.subtitle)}</p>
</header>
<nav aria-label="Sections">${document.sections.map((section) => `<a href="#${escapeHtml(section.id)}">${escapeHtml(section.title)}</a>`).join("")}</nav>
<main>
${document.sections.map(sectionHtml).join("\n")}
</main>
<footer>${html(document.foot)}</footer>
</body>
</html>
`;
}

function sectionHtml(section: Section): string {
  return `<section id="${escapeHtml(section.id)}">
<h2>${escapeHtml(section.title)}${section.summary ? ` <span class="summary">${escapeHtml(section.summary)}</span>` : ""}</h2>
${section.blocks.map(block).join("\n")}
</section>`;
}

function block(each: Block): string {
  switch (each.kind) {
    case "text":
      return `<p>${html(each.text)}</p>`;
    case "note":
      return `<p class="note ${each.tone}">${html(each.text)}</p>`;
    case "list":
      return `<ul>${each.items.map((item) => `<li>${html(item)}</li>`).join("")}</ul>`;
    case "facts":
      return `<dl class="facts">${each.facts
        .map(
          (fact) =>
            `<div class="${fact.tone ?? "plain"}"><dt>${escapeHtml(fact.label)}</dt><dd>${escapeHtml(fact.value)}${fact.sub ? `<small>${escapeHtml(fact.sub)}</small>` : ""}</dd></div>`,
        )
        .join("")}</dl>`;
    case "table":
      return table(each);
    case "details":
      return `<details><summary>${html(each.summary)}</summary>${each.blocks.map(block).join("\n")}</details>`;
    case "chart":
      return chartSvg(each.chart);
    case "lines":
      return `<pre>${each.lines.map(escapeHtml).join("\n")}</pre>`;
  }
}

function table(each: Extract<Block, { kind: "table" }>): string {
  const cell = (tag: "td" | "th", given: Cell, index: number): string => {
    const classes = [each.columns[index]?.align === "right" ? "right" : "", given.tone ?? ""]
      .filter(Boolean)
      .join(" ");
    return `<${tag}${classes ? ` class="${classes}"` : ""}>${html(given.text)}</${tag}>`;
  };
  const row = (cells: (Text | Cell)[]): string =>
    `<tr>${cells.map((given, index) => cell("td", cellOf(given), index)).join("")}</tr>`;
  return `<div class="scroll"><table>
<thead><tr>${each.columns.map((column, index) => cell("th", { text: column.title }, index)).join("")}</tr></thead>
<tbody>${each.rows.map(row).join("\n")}</tbody>${each.foot ? `\n<tfoot>${row(each.foot)}</tfoot>` : ""}
</table></div>`;
}

const html = (given: Text): string => partsOf(given).map(part).join("");

function part(given: Part): string {
  if (typeof given === "string") return escapeHtml(given);
  if ("code" in given) return given.code === "" ? "" : `<code>${breakable(escapeHtml(given.code))}</code>`;
  if ("strong" in given) return `<strong>${escapeHtml(given.strong)}</strong>`;
  return `<span class="faint">${escapeHtml(given.faint)}</span>`;
}

/** Long dotted names may break after a dot or an underscore. */
const breakable = (escaped: string): string => escaped.replace(/([._/])(?=\w)/g, "$1<wbr>");
