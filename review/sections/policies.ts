import { type Block, code, faint, join, type Text } from "../document/document.ts";
import type { ResourceChange } from "../resources/changes.ts";
import type { Review } from "../review.ts";
import { GOVERNED } from "../verdict.ts";

/** What hides and what admits: masks, tags, row access policies, network rules and policies, and who is behind which. */
export function policyBlocks(review: Review): Block[] {
  const changes = review.resources.changes.filter(
    (change) =>
      GOVERNED.has(change.kind) ||
      (change.kind === "users" && change.fields.some((field) => field.path === "networkPolicy")),
  );
  if (changes.length === 0) return [];
  return [
    {
      kind: "table",
      columns: [{ title: "Policy" }, { title: "Change" }, { title: "What" }],
      rows: changes.map((change) => [
        [`${change.label} `, code(change.name)],
        { text: change.action, tone: change.action === "delete" ? ("bad" as const) : undefined },
        whatOf(change),
      ]),
    },
  ];
}

function whatOf(change: ResourceChange): Text {
  if (change.kind === "associations") return objectsOf(change);
  return change.fields.flatMap((field, index) => [
    ...(index === 0 ? [] : [", "]),
    faint(`${field.path}: `),
    code(field.before ?? "nothing"),
    " → ",
    code(field.after ?? "nothing"),
  ]);
}

/** Which columns carry a tag from now on, and which no longer do. */
function objectsOf(change: ResourceChange): Text {
  const field = change.fields.find(({ path }) => path === "objects");
  const before = namesIn(field?.before);
  const after = namesIn(field?.after);
  const added = after.filter((name) => !before.includes(name));
  const removed = before.filter((name) => !after.includes(name));
  return [
    ...(added.length > 0 ? ["tagged: ", ...join(added.map(code))] : []),
    ...(added.length > 0 && removed.length > 0 ? ["; "] : []),
    ...(removed.length > 0 ? ["no longer tagged: ", ...join(removed.map(code))] : []),
  ];
}

const namesIn = (list: string | undefined): string[] =>
  list === undefined ? [] : (JSON.parse(list) as string[][]).map((parts) => parts.join("."));
