import { quoted } from "../../infra/names.ts";
import { columnName } from "../../pipelines/sql/print.ts";
import type { Catalog, Entry } from "./data.ts";
import { html, type Markup } from "./html.ts";
import type { KpiRows } from "./plot.ts";

const MOST_COLUMNS = 12;
const ROWS = 5;

/** A few rows of a table or view without its personal columns, as anybody may ask for them; undefined where nothing is left to show. */
export function sampleStatement(entry: Entry): string | undefined {
  const columns = entry.columns.filter((column) => column.personal === undefined).slice(0, MOST_COLUMNS);
  if (columns.length === 0) return undefined;
  return [
    `SELECT ${columns.map((column) => columnName(column.name)).join(", ")}`,
    `FROM ${entry.physical.split(".").every((part) => /^[A-Z_][A-Z0-9_]*$/.test(part)) ? entry.physical.toLowerCase() : quoted(...entry.physical.split("."))}`,
    `LIMIT ${ROWS}`,
  ].join("\n");
}

/** How to ask for rows, as whom; and the rows that an account gave. */
export function sample(
  { platform }: Pick<Catalog, "platform">,
  entry: Entry,
  rows: KpiRows | undefined,
): Markup | string {
  const statement = sampleStatement(entry);
  if (statement === undefined) return "";
  const own: string[] = Object.values(platform.automation);
  const role = entry.readers.find(
    (reader) =>
      reader.kind === "role" && reader.privileges.includes("SELECT") && !own.includes(reader.principal),
  );
  const hidden = entry.columns.filter((column) => column.personal !== undefined).length;
  return html`<h2 id="sample">A sample</h2>
${rows && table(rows)}<pre>${role ? `USE ROLE ${role.principal};\n` : ""}${statement};</pre>
${hidden > 0 && html`<p class="faint">Without its ${hidden === 1 ? "personal column" : `${hidden} personal columns`}.</p>`}`;
}

const table = ({ columns, rows, title }: KpiRows): Markup =>
  rows.length === 0
    ? html`<p>It has no rows (${title}).</p>`
    : html`<p class="faint">${title}</p><div class="scroll"><table class="sample"><thead><tr>${columns.map((column) => html`<th>${column.toLowerCase()}</th>`)}</tr></thead><tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${shown(cell)}</td>`)}</tr>`)}</tbody></table></div>
`;

/** A long value in short: its beginning. */
const shown = (cell: string | number | null): string => {
  const text = cell === null ? "–" : String(cell);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};
