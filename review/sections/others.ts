import type { Finding } from "../../policy/finding.ts";
import {
  type Block,
  type Cell,
  code,
  faint,
  join,
  type Part,
  type Section,
  strong,
  type Text,
  type Tone,
} from "../document/document.ts";
import type { History } from "../history.ts";
import type { ModelChange } from "../meaning.ts";
import type { Action, ResourceChange } from "../resources/changes.ts";
import type { Review } from "../review.ts";
import type { Risk } from "../risk.ts";
import { count } from "../verdict.ts";

const RISK_TONE: Record<Risk["severity"], Tone> = {
  "loses data": "bad",
  "can lose data": "warn",
  "shortens history": "warn",
};

/** Who has to approve and why; policy findings; what could not be read. */
export function verdictSection(review: Review): Section {
  const { verdict, findings } = review;
  const blocks: Block[] = [{ kind: "text", text: strong(verdict.sentence) }];
  if (verdict.approvers.length > 0)
    blocks.push({
      kind: "table",
      columns: [{ title: "Who approves" }, { title: "Why" }],
      rows: verdict.approvers.map((approver) => [strong(approver.who), approver.why.join("; ")]),
    });
  const open = findings.filter((finding) => !finding.waiver);
  const waived = findings.filter((finding) => finding.waiver);
  if (open.length > 0)
    blocks.push({
      kind: "table",
      columns: [{ title: "Policy" }, { title: "Where" }, { title: "What is wrong" }, { title: "What to do" }],
      rows: [
        ...Map.groupBy(open, (finding) => `${finding.rule} ${finding.level} ${finding.remedy}`).values(),
      ].map(findingRow),
    });
  for (const finding of waived)
    if (finding.waiver)
      blocks.push({
        kind: "note",
        tone: "warn",
        text: [
          "Waived until ",
          strong(finding.waiver.expires),
          " by ",
          code(finding.waiver.owner),
          ": ",
          code(finding.rule),
          " for ",
          code(finding.resource),
          `: ${finding.waiver.reason}`,
        ],
      });
  if (review.standing.length > 0)
    blocks.push({
      kind: "details",
      summary: `Advice that holds before and after (${review.standing.length})`,
      blocks: [
        {
          kind: "list",
          items: review.standing.map(
            (finding): Text => [code(finding.rule), " ", code(finding.resource), `: ${finding.message}`],
          ),
        },
      ],
    });
  if (review.unread.length > 0)
    blocks.push({
      kind: "details",
      summary: `What this review could not read, price or judge (${review.unread.length})`,
      blocks: [{ kind: "list", items: review.unread }],
    });
  return { id: "verdict", title: "Verdict", blocks };
}

const MOST_NAMED = 4;

/** Findings of one rule with one remedy as one row. */
function findingRow(findings: Finding[]): (Text | Cell)[] {
  const [finding] = findings;
  if (!finding) return [];
  const refuses = finding.level === "mandatory";
  const more = findings.length - MOST_NAMED;
  const alike = findings.every((each) => each.message === finding.message);
  return [
    { text: [code(finding.rule), faint(refuses ? " refuses" : " advises")], tone: refuses ? "bad" : "warn" },
    [
      ...join(findings.slice(0, MOST_NAMED).map((each) => code(each.resource))),
      ...(more > 0 ? [faint(` and ${more} more`)] : []),
    ],
    alike ? finding.message : `${finding.message}; the others alike`,
    finding.remedy,
  ];
}

export function riskSection(review: Review): Section {
  const { risks } = review;
  return {
    id: "risk",
    title: "Data at risk",
    summary: risks.length > 0 ? count(risks.length, "risk") : undefined,
    blocks: [
      ...(risks.length === 0
        ? [
            {
              kind: "text",
              text: review.base.read
                ? "Nothing that holds data is dropped, replaced or kept for a shorter time."
                : "Not judged: the base could not be read.",
            } satisfies Block,
          ]
        : []),
      ...risks.flatMap((risk): Block[] => [
        {
          kind: "note",
          tone: RISK_TONE[risk.severity],
          text: [
            strong(`${risk.label} `),
            code(risk.name),
            `: ${risk.what}.`,
            ...(risk.atStake ? [" At stake now: ", strong(risk.atStake), "."] : []),
          ],
        },
        { kind: "text", text: [faint("How to do it safely: "), risk.procedure] },
      ]),
      ...(risks.length > 0
        ? [
            {
              kind: "text",
              text: faint("Row counts and unread offsets need an account; this comparison has none."),
            } satisfies Block,
          ]
        : []),
    ],
  };
}

export function meaningSection(review: Review): Section {
  const { models, metrics, kpis, rules } = review.meaning;
  return {
    id: "meaning",
    title: "Meaning",
    summary: models.length > 0 ? count(models.length, "model") : undefined,
    blocks: [
      ...(models.length + metrics.length + kpis.length + rules.length === 0
        ? [
            {
              kind: "text",
              text: review.base.read
                ? "No model, column or metric changes."
                : "Not compared: the base could not be read.",
            } satisfies Block,
          ]
        : []),
      ...(metrics.length > 0
        ? [
            {
              kind: "table",
              columns: [{ title: "Metric" }, { title: "" }, { title: "Its definition" }],
              rows: metrics.map(({ name, change, what, file }): Text[] => [
                code(name),
                change,
                what.length > 0 ? join(what.map(code)) : [faint("file "), code(file)],
              ]),
            } satisfies Block,
          ]
        : []),
      ...models.map(modelBlock),
      ...(rules.length > 0
        ? [
            {
              kind: "table",
              columns: [{ title: "Check or alert" }, { title: "" }, { title: "" }, { title: "What it says" }],
              rows: rules.map((rule): Text[] => [
                [faint(`${rule.rule} `), code(rule.name)],
                rule.change,
                rule.severity,
                rule.says,
              ]),
            } satisfies Block,
          ]
        : []),
      ...(kpis.length > 0
        ? [
            {
              kind: "list",
              items: kpis.map((kpi): Text => ["KPI ", code(kpi.name), ` is ${kpi.change}`]),
            } satisfies Block,
          ]
        : []),
    ],
  };
}

function modelBlock(model: ModelChange): Block {
  const affected =
    model.downstream.length > 0 ? `, ${count(model.downstream.length, "model")} downstream` : "";
  const inner: Block[] = [
    {
      kind: "text",
      text: [
        faint("file "),
        code(model.file),
        faint(" owner "),
        code(model.owner),
        ...(model.kpis.length > 0 ? [faint(" KPIs "), ...join(model.kpis.map(code))] : []),
      ],
    },
  ];
  if (model.what.length > 0)
    inner.push({
      kind: "list",
      items: model.what.map((word) => (word === "query" ? "its query changed" : code(word))),
    });
  if (model.columns.length > 0)
    inner.push({
      kind: "table",
      columns: [{ title: "Column" }, { title: "Change" }, { title: "" }],
      rows: model.columns.map((column) => [
        code(column.name),
        WORD[column.change],
        column.detail ? code(column.detail) : "",
      ]),
    });
  if (model.history) inner.push(...historyBlocks(model.history));
  else if (model.change === "changed" && model.what.includes("query") && model.logical.startsWith("mart."))
    inner.push({ kind: "text", text: faint("What this does to history: an account knows (--live).") });
  if (model.downstream.length > 0)
    inner.push({
      kind: "table",
      columns: [{ title: "Affected downstream" }, { title: "Owner" }, { title: "Columns" }],
      rows: model.downstream.map((each) => [
        code(each.logical),
        code(each.owner),
        join(each.columns.map(code)),
      ]),
    });
  if (model.upstream.length > 0)
    inner.push({ kind: "text", text: [faint("reads "), ...join(model.upstream.map(code))] });
  if (model.rebuild)
    inner.push({ kind: "note", tone: "warn", text: `It is rebuilt whole at each run: ${model.rebuild}.` });
  return {
    kind: "details",
    summary: [code(model.logical), ` ${model.change}: ${count(model.columns.length, "column")}${affected}`],
    blocks: inner,
  };
}

function historyBlocks({ key, values, differing, rows }: History): Block[] {
  if (differing === 0)
    return [{ kind: "text", text: "History stays as it is: no row of today's data differs." }];
  const more = differing - rows.length;
  return [
    {
      kind: "text",
      text: [
        "History changes in ",
        strong(count(differing, "row")),
        more > 0 ? `, the ${rows.length} newest of them:` : ":",
      ],
    },
    {
      kind: "table",
      columns: [
        ...key.map((title) => ({ title })),
        ...values.flatMap((title) => [
          { title: `${title} before`, align: "right" as const },
          { title: "after", align: "right" as const },
        ]),
      ],
      rows: rows.map((row) => row.map((cell) => cell ?? "none")),
    },
  ];
}

const WORD = {
  new: "new",
  removed: "removed",
  type: "another type",
  values: "values can differ",
  description: "described anew",
} as const;

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
  const fields: Part[] = change.fields
    .slice(0, 6)
    .flatMap((field, index) => [
      index === 0 ? ": " : ", ",
      field.path,
      " ",
      code(short(field.before)),
      " → ",
      code(short(field.after)),
    ]);
  const more = change.fields.length > 6 ? [faint(` and ${change.fields.length - 6} more`)] : [];
  const forced =
    change.forcedBy.length > 0 ? [faint(` (cannot change in place: ${change.forcedBy.join(", ")})`)] : [];
  return [code(change.name), ...fields, ...more, ...forced];
}

const short = (json: string | undefined): string => {
  if (json === undefined) return "none";
  const plain = json.startsWith('"') ? json.slice(1, -1) : json;
  return plain.length > 60 ? `${plain.slice(0, 59)}…` : plain;
};
