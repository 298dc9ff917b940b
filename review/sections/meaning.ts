import { type Block, code, faint, join, type Section, strong, type Text } from "../document/document.ts";
import type { History } from "../history.ts";
import type { ModelChange } from "../meaning.ts";
import type { Review } from "../review.ts";
import { count } from "../verdict.ts";

/** Meaning: metrics, models with their columns and what is downstream, checks and alerts, reports. */
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
