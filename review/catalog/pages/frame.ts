import type { Catalog } from "../data.ts";
import { html, type Markup } from "../html.ts";

/** The frame of every page. `base` leads from the page's folder to the site's; `wide` is for pages of pictures. */
export function page(catalog: Catalog, base: "" | "../", title: string, body: Markup, wide = false): string {
  const { platform, monthly } = catalog;
  const markup = html`<!doctype html>
<html lang="en" data-base="${base}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · data catalogue</title>
<link rel="stylesheet" href="${base}style.css">
<script src="${base}search.js" defer></script>
<script src="${base}catalog.js" defer></script>
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header class="top">
<a class="brand" href="${base}index.html">Data catalogue</a>
<nav aria-label="Pages"><a href="${base}index.html#tables">Tables</a><a href="${base}index.html#metrics">Metrics</a><a href="${base}index.html#reports">Reports</a><a href="${base}lineage.html">Lineage</a><a href="${base}map.html">Map</a></nav>
<div class="search" role="search"><input id="search" type="search" placeholder="Search tables, columns, metrics (press /)" aria-label="Search" autocomplete="off" role="combobox" aria-expanded="false" aria-controls="results"><ul id="results" class="results" role="listbox" aria-label="Results" hidden></ul></div>
</header>
<main id="main"${wide && html` class="wide"`}>
${body}
<footer>Stack ${platform.stack}, ${platform.region}, ${platform.edition}. Costs are expected ones, price book ${monthly.priceBook}. Made by <code>firn catalog</code> from the program itself.</footer>
</main>
</body>
</html>
`;
  return markup.text;
}

/** Dollars and cents, or words where there is no price. */
export function usd(amount: number | null): string {
  if (amount === null) return "no price";
  if (amount === 0) return "–";
  return amount < 0.005
    ? "<$0.01"
    : `$${amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

export const databaseOf = (logical: string): string => logical.split(".")[0] ?? "";
export const list = (items: readonly Markup[]): Markup | string =>
  items.length === 0 ? "–" : html`${items.map((item, index) => html`${index > 0 ? ", " : ""}${item}`)}`;
