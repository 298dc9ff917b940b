import type { AccessChange } from "../access/changes.ts";
import { type Block, code, faint, join, type Part, type Section, type Text } from "../document/document.ts";
import type { Review } from "../review.ts";
import { count } from "../verdict.ts";
import { policyBlocks } from "./policies.ts";

/** Access: new ways to personal data first, then gains and losses, many alike as one line. */
export function accessSection(review: Review): Section {
  const { access } = review;
  const personal = access.filter((change) => change.newPersonal.length > 0);
  const others = access.filter((change) => change.newPersonal.length === 0);
  const gains = others.filter(
    (change) =>
      change.gained.length > 0 ||
      change.rows !== undefined ||
      change.columns.some((column) => column.change.startsWith("now")),
  );
  const losses = others.filter((change) => !gains.includes(change));
  const blocks: Block[] = [];
  if (!review.base.read)
    blocks.push({
      kind: "note",
      tone: "warn",
      text: "Without the base, nobody's gains and losses can be told.",
    });
  else if (access.length === 0) blocks.push({ kind: "text", text: "Nobody gains or loses anything." });
  for (const change of personal) blocks.push({ kind: "note", tone: "bad", text: personalText(change) });
  if (gains.length > 0) blocks.push(grouped(gains, "gained"));
  if (losses.length > 0) blocks.push(grouped(losses, "lost"));
  blocks.push(...policyBlocks(review));
  const principals = new Set(access.map((change) => change.principal)).size;
  return {
    id: "access",
    title: "Access",
    summary:
      access.length > 0
        ? `${count(principals, "principal")}, ${count(personal.length, "new way")} to personal data`
        : undefined,
    blocks,
  };
}

function personalText(change: AccessChange): Text {
  const columns = change.columns.filter((column) => change.newPersonal.includes(column.name));
  return [
    code(change.principal),
    " can now read personal data in ",
    code(objectName(change)),
    ": ",
    ...join(columns.map((column) => code(column.name))),
    faint(` (${[...new Set(columns.map((column) => column.pii))].join("; ")}), not masked`),
    ...(change.via ? [", through ", ...wayOf(change)] : []),
  ];
}

/** One line for all things of one schema that change alike for one principal. */
function grouped(changes: AccessChange[], which: "gained" | "lost"): Block {
  const groups = Map.groupBy(changes, (change) =>
    JSON.stringify([
      change.principal,
      change.objectKind,
      place(change),
      change[which],
      change.because,
      columnWords(change).length > 0 || change.rows ? change.object : "",
    ]),
  );
  return {
    kind: "table",
    columns: [
      { title: which === "gained" ? "Who gains" : "Who loses" },
      { title: "What" },
      { title: "On" },
      { title: which === "gained" ? "By" : "Why" },
    ],
    rows: [...groups.values()].map((group) => {
      const change = group[0] as AccessChange;
      const what: Text = [
        ...join(change[which].map((privilege) => code(privilege))),
        ...(change[which].length > 0 && columnWords(change).length > 0 ? [", "] : []),
        ...columnWords(change),
        ...(change.rows ? [`${change.rows.is} instead of ${change.rows.was}`] : []),
      ];
      const on: Text =
        group.length === 1
          ? [`${change.objectKind} `, code(objectName(change))]
          : [
              `${count(group.length, change.objectKind)} in `,
              code(place(change)),
              faint(
                `: ${group
                  .slice(0, 4)
                  .map((each) => each.object.split(".").at(-1))
                  .join(", ")}${group.length > 4 ? ", …" : ""}`,
              ),
            ];
      const why: Text =
        change.because !== "grant" ? change.because : change.via ? wayOf(change) : "a grant that is gone";
      return [
        {
          text: [
            code(change.principal),
            faint(change.principalKind === "role" ? "" : ` ${change.principalKind}`),
          ],
          tone: change.principalKind === "public" ? ("bad" as const) : undefined,
        },
        what,
        on,
        why,
      ];
    }),
  };
}

function columnWords(change: AccessChange): Part[] {
  const special = change.columns.filter(
    (column) => column.pii || change.gained.length + change.lost.length === 0,
  );
  return special.flatMap((column, index) => [
    index === 0 ? "" : ", ",
    code(column.name),
    ` ${column.change}`,
  ]);
}

/** The roles on the way, outermost first. */
const wayOf = (change: AccessChange): Part[] => (change.via ? join(change.via.roles.map(code), " → ") : []);

const objectName = (change: AccessChange): string =>
  change.object.startsWith(`${change.objectKind} `)
    ? change.object.slice(change.objectKind.length + 1)
    : change.object;

const place = (change: AccessChange): string => objectName(change).split(".").slice(0, 2).join(".");
