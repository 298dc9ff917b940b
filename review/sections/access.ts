import type { AccessChange } from "../access/changes.ts";
import { type Block, code, faint, join, type Part, type Section, type Text } from "../document/document.ts";
import type { Review } from "../review.ts";
import { count, list } from "../verdict.ts";
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
  else if (access.length + review.declared.length === 0)
    blocks.push({ kind: "text", text: "Nobody gains or loses anything." });
  for (const change of personal) blocks.push({ kind: "note", tone: "bad", text: personalText(change) });
  const follows = (change: AccessChange): boolean => change.automation && change.because !== "grant";
  const shown = (changes: AccessChange[]): AccessChange[] => changes.filter((each) => !follows(each));
  if (shown(gains).length > 0) blocks.push(grouped(shown(gains), "gained"));
  if (shown(losses).length > 0) blocks.push(grouped(shown(losses), "lost"));
  const own = others.filter(follows);
  if (own.length > 0)
    blocks.push({
      kind: "details",
      quiet: true,
      summary: `What the platform's own roles may do follows from what is new or dropped (${count(own.length, "thing")})`,
      blocks: [
        ...(gains.some(follows) ? [grouped(gains.filter(follows), "gained")] : []),
        ...(losses.some(follows) ? [grouped(losses.filter(follows), "lost")] : []),
      ],
    });
  if (review.declared.length > 0)
    blocks.push({
      kind: "table",
      columns: [{ title: "Declared of a column" }, { title: "Before" }, { title: "After" }],
      rows: review.declared.map(({ column, was, is }) => [code(column), code(was), code(is)]),
    });
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

/** One line for everything that changes alike for one principal. */
function grouped(changes: AccessChange[], which: "gained" | "lost"): Block {
  const groups = Map.groupBy(changes, (change) =>
    JSON.stringify([
      change.principal,
      change[which],
      change.because,
      change.because === "grant" ? change.via?.roles : "",
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
      const why: Text =
        change.because !== "grant"
          ? WHY[change.because]
          : change.via
            ? wayOf(change)
            : "a grant that is gone";
      return [
        {
          text: [
            code(change.principal),
            faint(change.principalKind === "role" ? "" : ` ${change.principalKind}`),
          ],
          tone: change.principalKind === "public" ? ("bad" as const) : undefined,
        },
        what,
        onWhat(group),
        why,
      ];
    }),
  };
}

const WHY = { "new object": "it is new", "dropped object": "it is dropped" } as const;

const MOST_PLACES = 4;

/** `table A.B.C`; of several, `7 tables and 1 view in A.B: C, D, …; schema E.F`. */
function onWhat(group: AccessChange[]): Text {
  const [change] = group;
  if (group.length === 1 && change) return [`${change.objectKind} `, code(objectName(change))];
  const places = [...Map.groupBy(group, place)];
  const words = places.slice(0, MOST_PLACES).flatMap(([name, members], index): Part[] => {
    const kinds = [...Map.groupBy(members, (each) => each.objectKind)].map(([kind, each]) =>
      kind.startsWith("future ")
        ? kind.replace(/ in$/, "")
        : each.length === 1
          ? kind
          : count(each.length, kind),
    );
    const named = members.filter((each) => objectName(each) !== name).map(lastPart);
    return [
      ...(index === 0 ? [] : ["; "]),
      kinds.length === 1 && named.length === 0 && !kinds[0]?.startsWith("future")
        ? `${kinds[0]} `
        : `${list(kinds)} in `,
      code(name),
      ...(named.length > 0
        ? [faint(`: ${named.slice(0, 4).join(", ")}${named.length > 4 ? ", …" : ""}`)]
        : []),
    ];
  });
  const more = places.length - MOST_PLACES;
  return more > 0 ? [...words, `; and ${count(more, "more schema")}`] : words;
}

const lastPart = (change: AccessChange): string => change.object.split(".").at(-1) ?? change.object;

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
