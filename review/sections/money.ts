import type { Total } from "../../cost/estimate/item.ts";
import { showChange, showUsd } from "../../cost/explain.ts";
import {
  type Block,
  type Cell,
  code,
  join,
  type Section,
  type Text,
  type Tone,
} from "../document/document.ts";
import { type Money, type MoneyLine, type PolicyChange, passesAnew } from "../money.ts";
import type { Review } from "../review.ts";
import { count } from "../verdict.ts";
import { derivations } from "./derivations.ts";
import { measuredTable } from "./measured.ts";

const AMOUNT_COLUMNS = [
  { title: "Expected before", align: "right" },
  { title: "after", align: "right" },
  { title: "change", align: "right" },
  { title: "Worst case before", align: "right" },
  { title: "after", align: "right" },
  { title: "change", align: "right" },
] as const;

/** Money: per department and service, the cost-policy changes, defaults that nobody set, what is unbounded. */
export function moneySection(review: Review): Section {
  const { money } = review;
  /** Whether there is a base, and it has a price. */
  const compared = money.before !== undefined;
  const blocks: Block[] = [
    {
      kind: "facts",
      facts: [
        {
          label: "Expected a month",
          value: expectedText(money.after.total),
          sub: compared ? changeText(money, money.total.expected) : undefined,
          tone: toneOf(money.total.expected, compared),
        },
        {
          label: "Worst case a month",
          value: ceilingText(money.after.total),
          sub: compared ? changeText(money, money.total.ceiling) : undefined,
          tone: toneOf(money.total.ceiling, compared),
        },
        {
          label: "Unbounded",
          value: String(money.unbounded.length),
          sub: money.unbounded.length > 0 ? "listed below" : "everything has a limit",
          tone: money.unbounded.length > 0 ? "bad" : "good",
        },
        {
          label: "No price",
          value: String(money.unpriced.length),
          sub: money.unpriced.length > 0 ? "listed below, in no total" : "everything is priced",
          tone: money.unpriced.length > 0 ? "warn" : "good",
        },
      ],
    },
    ...money.unbounded.map(
      (each): Block => ({
        kind: "note",
        tone: "bad",
        text: ["Unbounded: ", code(each.name), `: ${each.because}.`],
      }),
    ),
    ...(money.newlyUnpriced.length > 0
      ? [
          {
            kind: "note",
            tone: "bad",
            text: `${count(money.newlyUnpriced.length, "thing")} of this change ${money.newlyUnpriced.length === 1 ? "has" : "have"} no price: the figures compare only what has one on both sides.`,
          } satisfies Block,
        ]
      : []),
    ...money.overQuota
      .filter((over) => passesAnew(over.wanted, over.before))
      .map((over): Block => ({ kind: "note", tone: "bad", text: quotaText(over) })),
    ...money.overBudget
      .filter((over) => passesAnew(over.expected, over.before, over.budget))
      .map((over): Block => ({ kind: "note", tone: "warn", text: budgetText(over) })),
    ...money.notes.map((note): Block => ({ kind: "note", tone: "warn", text: `${note}.` })),
    ...lineBlocks("Department", money.departments, money.total, compared),
    ...lineBlocks("Service", money.services, money.total, compared),
  ];
  const standing = [
    ...money.overQuota.filter((over) => !passesAnew(over.wanted, over.before)).map(quotaText),
    ...money.overBudget
      .filter((over) => !passesAnew(over.expected, over.before, over.budget))
      .map(budgetText),
  ];
  if (money.policyChanges.length > 0)
    blocks.push({
      kind: "table",
      columns: [
        { title: "Cost policy" },
        { title: "Setting" },
        { title: "Before" },
        { title: "After" },
        { title: "Expected, alone", align: "right" },
        { title: "Worst case, alone", align: "right" },
      ],
      rows: money.policyChanges.map((change) => [
        code(change.name),
        code(change.setting),
        change.before === "none" || change.before === "exists" ? change.before : code(change.before),
        change.after === "none" || change.after === "new" ? change.after : code(change.after),
        alone(change, change.expected),
        change.unbounded.length > 0
          ? { text: "becomes unbounded", tone: "bad" }
          : alone(change, change.ceiling),
      ]),
    });
  if (money.defaults.length > 0)
    blocks.push({
      kind: "table",
      columns: [
        { title: "Set by nobody" },
        { title: "What holds instead" },
        { title: "Can cost a month", align: "right" },
      ],
      rows: money.defaults.map((each) => [
        code(each.name),
        each.what,
        each.ceiling === "unbounded" ? { text: "unbounded", tone: "bad" as Tone } : showUsd(each.ceiling),
      ]),
    });
  if (standing.length > 0)
    blocks.push({
      kind: "details",
      summary: `What holds before and after (${standing.length})`,
      blocks: [{ kind: "list", items: standing }],
    });
  if (money.unpriced.length > 0)
    blocks.push({
      kind: "details",
      summary: `No price (${money.unpriced.length})`,
      blocks: [
        {
          kind: "list",
          items: [...Map.groupBy(money.unpriced, (each) => each.because)].map(
            ([because, things]): Text => [...join(things.map((each) => code(each.name))), `: ${because}`],
          ),
        },
      ],
    });
  const measured = measuredTable(money.after.measured);
  if (measured) blocks.push(measured);
  blocks.push(derivations(money.after.items));
  return {
    id: "money",
    title: "Money",
    summary: !compared ? "only the new revision is priced" : summaryOf(money),
    blocks,
  };
}

/** A change as far as prices tell. */
const changeText = (money: Money, amount: number): string =>
  money.newlyUnpriced.length > 0 ? `${showChange(amount)} in what has a price` : showChange(amount);

function summaryOf({ total, newlyUnpriced }: Money): string {
  if (newlyUnpriced.length > 0) return `${count(newlyUnpriced.length, "thing")} without a price`;
  if (Math.abs(total.expected) < 0.005 && Math.abs(total.ceiling) < 0.005) return "no change";
  return `${showChange(total.expected)} a month expected, worst case ${showChange(total.ceiling)}`;
}

const quotaText = (over: Money["overQuota"][number]): Text => [
  "The monitor ",
  code(over.monitor),
  ` would suspend ${over.warehouses.length === 1 ? "" : "its warehouses, "}`,
  ...join(over.warehouses.map(code)),
  `: the expected use of ${credits(over.wanted)} a month is above the ${credits(over.allowed)} that it allows, to which the figures here are cut.`,
];

const budgetText = (over: Money["overBudget"][number]): Text => [
  code(over.department),
  ` is expected to use warehouses for ${showUsd(over.expected)} a month, above its budget of ${showUsd(over.budget)}.`,
];

const credits = (amount: number): string => `${Math.round(amount).toLocaleString("en-US")} credits`;

/** What changes, each in a line, and the others as one; folded where nothing does. */
function lineBlocks(title: string, lines: MoneyLine[], total: MoneyLine, compared: boolean): Block[] {
  const whole = lineTable(title, lines, total, compared);
  if (!compared) return [whole];
  const changed = lines.filter((each) => Math.abs(each.expected) >= CENT || Math.abs(each.ceiling) >= CENT);
  const same = lines.length - changed.length;
  const folded = (summary: string): Block => ({ kind: "details", summary, quiet: true, blocks: [whole] });
  if (changed.length === 0)
    return [folded(`By ${title.toLowerCase()}: ${count(lines.length, "line")}, unchanged`)];
  if (same < 3) return [whole];
  return [
    lineTable(title, changed, total, compared),
    folded(`By ${title.toLowerCase()}, with the ${same} that stay as they are`),
  ];
}

const CENT = 0.005;

function lineTable(title: string, lines: MoneyLine[], total: MoneyLine, compared: boolean): Block {
  const row = (each: MoneyLine): (Text | Cell)[] =>
    compared
      ? [
          name(each),
          showUsd(each.before.expected),
          showUsd(each.after.expected),
          changeCell(each.expected),
          ceilingText(each.before),
          ceilingText(each.after),
          changeCell(each.ceiling),
        ]
      : [name(each), showUsd(each.after.expected), ceilingText(each.after)];
  const name = (each: MoneyLine): Text => (each === total ? "Total" : each.name);
  return {
    kind: "table",
    columns: [
      { title },
      ...(compared
        ? AMOUNT_COLUMNS
        : [
            { title: "Expected", align: "right" as const },
            { title: "Worst case", align: "right" as const },
          ]),
    ],
    rows: lines.map(row),
    foot: row(total),
  };
}

/** What has a price, with a sign where something has none. */
const expectedText = (total: Total): string =>
  total.unpriced.length > 0 ? `${showUsd(total.expected)} + no price` : showUsd(total.expected);

/** The bounded part, with a sign where something has no bound or no price. */
export const ceilingText = (total: Total): string =>
  [
    showUsd(total.ceiling),
    ...(total.unbounded.length > 0 ? ["unbounded"] : []),
    ...(total.unpriced.length > 0 ? ["no price"] : []),
  ].join(" + ");

/** What one change alone does, as far as prices tell. */
const alone = (change: PolicyChange, amount: number): Cell =>
  change.unpriced.length > 0
    ? { text: `no price for ${count(change.unpriced.length, "thing")}`, tone: "warn" }
    : changeCell(amount);

const changeCell = (change: number): Cell => ({
  text: Math.abs(change) < 0.005 ? "–" : showChange(change),
  tone: toneOf(change, true),
});

const toneOf = (change: number, compared: boolean): Tone =>
  !compared || Math.abs(change) < 0.005 ? "plain" : change > 0 ? "warn" : "good";
