import {
  type Block,
  code,
  faint,
  type Part,
  type Section,
  type Text,
  type Tone,
} from "../document/document.ts";
import type { Action, ResourceChange } from "../resources/changes.ts";
import type { Review } from "../review.ts";
import { count } from "../verdict.ts";

const ACTIONS: { action: Action; title: string; tone: Tone }[] = [
  { action: "delete", title: "Delete", tone: "bad" },
  { action: "replace", title: "Replace", tone: "bad" },
  { action: "update", title: "Update", tone: "warn" },
  { action: "create", title: "Create", tone: "good" },
];

/** Grouped by action and kind, so that hundreds can be read; each group unfolds to its names and fields. */
export function resourceSection(review: Review): Section {
  const { changes, unchanged } = review.resources;
  const kinds = [...new Set(changes.map((change) => change.label))];
  const number = (label: string, action: Action): number =>
    changes.filter((change) => change.label === label && change.action === action).length;
  const blocks: Block[] =
    changes.length === 0
      ? [
          {
            kind: "text",
            text: review.base.read
              ? `${unchanged} resources, none of them changes.`
              : "Not compared: the base could not be read.",
          },
        ]
      : [
          {
            kind: "table",
            columns: [{ title: "Kind" }, ...ACTIONS.map(({ title }) => ({ title, align: "right" as const }))],
            rows: kinds.map((label) => [
              label,
              ...ACTIONS.map(({ action, tone }) => ({
                text: number(label, action) === 0 ? "" : String(number(label, action)),
                tone,
              })),
            ]),
            foot: [
              "Total",
              ...ACTIONS.map(({ action }) =>
                String(changes.filter((change) => change.action === action).length),
              ),
            ],
          },
          ...ACTIONS.flatMap(({ action, title }) => {
            const groups = Map.groupBy(
              changes.filter((change) => change.action === action),
              (change) => change.label,
            );
            return [...groups].map(
              ([label, group]): Block => ({
                kind: "details",
                summary: `${title}: ${count(group.length, label.toLowerCase())}`,
                blocks: [{ kind: "list", items: group.map(resourceText) }],
              }),
            );
          }),
        ];
  return {
    id: "resources",
    title: "Resources",
    summary: changes.length > 0 ? `${count(changes.length, "change")}, ${unchanged} unchanged` : undefined,
    blocks,
  };
}

function resourceText(change: ResourceChange): Text {
  const fields: Part[] = change.fields.slice(0, 6).flatMap((field, index) => {
    const [before, after] = parting(field.before, field.after);
    return [index === 0 ? ": " : ", ", field.path, " ", code(before), " → ", code(after)];
  });
  const more = change.fields.length > 6 ? [faint(` and ${change.fields.length - 6} more`)] : [];
  const forced =
    change.forcedBy.length > 0 ? [faint(` (cannot change in place: ${change.forcedBy.join(", ")})`)] : [];
  return [code(change.name), ...fields, ...more, ...forced];
}

const none = "none";
const MOST = 60;

/** Both values, on one line each; long ones from shortly before where they part. */
function parting(before: string | undefined, after: string | undefined): [string, string] {
  const [from, to] = [plain(before), plain(after)];
  if (from.length <= MOST && to.length <= MOST) return [from, to];
  let at = 0;
  while (at < Math.min(from.length, to.length) && from[at] === to[at]) at++;
  const start = Math.max(0, at - LEAD);
  const cut = (text: string): string =>
    `${start > 0 ? "…" : ""}${text.slice(start, start + MOST)}${text.length > start + MOST ? "…" : ""}`;
  return before === undefined || after === undefined ? [shorten(from), shorten(to)] : [cut(from), cut(to)];
}

const LEAD = 16;
const shorten = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST)}…` : text);

/** A JSON value as people read it: text without its quotes, line breaks as spaces. */
function plain(json: string | undefined): string {
  if (json === undefined) return none;
  const value: unknown = JSON.parse(json);
  return typeof value === "string" ? value.replace(/\s+/g, " ").trim() : json;
}
