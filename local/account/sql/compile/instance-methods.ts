import { requirePrivilege, resolveObject } from "../../access/index.ts";
import type { CatalogObject } from "../../catalog/model.ts";
import { errors, SnowflakeError } from "../../errors.ts";
import type { ClassifierModel, Evaluation } from "../../ml/model.ts";
import { predictionSql } from "../../ml/predict-sql.ts";
import type { Value } from "../../session/outcome.ts";
import { type DataType, number, varchar } from "../../types/data-type.ts";
import type { CallExpr, Expr } from "../parse/index.ts";
import { castTo } from "./cast.ts";
import type { Env } from "./env.ts";
import { compileExpr, hooks } from "./expression.ts";
import type { Source } from "./from.ts";
import { unknownFunction } from "./functions/registry.ts";
import { rowsSource } from "./rows-source.ts";
import type { Scope } from "./scope.ts";
import { argumentsOf, output } from "./table-function-arguments.ts";
import { quoteText, raise, type Typed, typed } from "./typed.ts";

/**
 * Methods of SNOWFLAKE.ML.CLASSIFICATION. Source: Snowflake documentation, "CLASSIFICATION (SNOWFLAKE.ML)": a page a
 * method, and "Selecting columns from SQL class instance methods that return tabular data".
 */
const TABLES: Record<string, { columns: [string, DataType][]; rows(model: ClassifierModel): Value[][] }> = {
  SHOW_EVALUATION_METRICS: {
    columns: [
      ["DATASET_TYPE", varchar()],
      ["CLASS", varchar()],
      ["ERROR_METRIC", varchar()],
      ["METRIC_VALUE", { kind: "FLOAT" }],
      ["LOGS", { kind: "VARIANT" }],
    ],
    rows: (model) =>
      evaluated(model).classes.flatMap((one) =>
        (["precision", "recall", "f1", "support"] as const).map((metric) => [
          "EVAL",
          one.class,
          metric,
          one[metric],
          null,
        ]),
      ),
  },
  SHOW_GLOBAL_EVALUATION_METRICS: {
    columns: [
      ["DATASET_TYPE", varchar()],
      ["AVERAGE_TYPE", varchar()],
      ["ERROR_METRIC", varchar()],
      ["METRIC_VALUE", { kind: "FLOAT" }],
      ["LOGS", { kind: "VARIANT" }],
    ],
    rows(model) {
      const { classes, auc, logLoss } = evaluated(model);
      const mean = (metric: "precision" | "recall" | "f1") =>
        classes.reduce((sum, one) => sum + one[metric], 0) / classes.length;
      return [
        ...(["precision", "recall", "f1"] as const).map((metric) => [
          "EVAL",
          "macro",
          metric,
          mean(metric),
          null,
        ]),
        ["EVAL", "macro", "auc", auc, null],
        ["EVAL", null, "log_loss", logLoss, null],
      ];
    },
  },
  SHOW_CONFUSION_MATRIX: {
    columns: [
      ["DATASET_TYPE", varchar()],
      ["ACTUAL_CLASS", varchar()],
      ["PREDICTED_CLASS", varchar()],
      ["COUNT", number(38, 0)],
      ["LOGS", { kind: "VARIANT" }],
    ],
    rows: (model) =>
      evaluated(model).confusion.map((one) => ["EVAL", one.actual, one.predicted, BigInt(one.count), null]),
  },
  SHOW_FEATURE_IMPORTANCE: {
    columns: [
      ["RANK", number(38, 0)],
      ["FEATURE", varchar()],
      ["SCORE", { kind: "FLOAT" }],
      ["FEATURE_TYPE", varchar()],
    ],
    rows: (model) =>
      model.importance.map((one, i) => [BigInt(i + 1), one.feature, one.score, "user_provided"]),
  },
  SHOW_TRAINING_LOGS: {
    columns: [
      ["COLNAME", varchar()],
      ["LOGS", { kind: "VARIANT" }],
    ],
    rows: (model) => model.logs.map((one) => [one.column, JSON.stringify({ Warnings: [one.text] })]),
  },
};

/** Documented ones that are not there. */
const ABSENT = new Set(["SHOW_THRESHOLD_METRICS"]);

/** Is it a method that yields rows? */
export const isTableMethod = (name: string): boolean => name in TABLES;

function evaluated(model: ClassifierModel): Evaluation {
  if (model.evaluation) return model.evaluation;
  throw new SnowflakeError(
    "100132",
    "P0000",
    "Evaluation metrics are not available: evaluation was disabled at training, or its rows were too few.",
  );
}

function instanceOf(env: Env, call: CallExpr): CatalogObject<"CLASSIFICATION"> {
  const parts = call.instance!.map((part) => part.name);
  const instance = resolveObject(env.ctx, "CLASSIFICATION", parts);
  requirePrivilege(env.ctx, "USAGE", instance);
  env.shared.objects.add(instance.id);
  return instance;
}

function unknownMethod(call: CallExpr): Error {
  const name = call.name[0]!.name;
  if (ABSENT.has(name)) return errors.unsupported(`CLASSIFICATION!${name}`);
  return unknownFunction([...call.instance!, call.name[0]!].map((part) => part.name).join("."));
}

/** A method in FROM: TABLE(model!SHOW_…()). */
export function compileTableMethod(env: Env, call: CallExpr): Source {
  const instance = instanceOf(env, call);
  const method = TABLES[call.name[0]!.name];
  if (!method) throw unknownMethod(call);
  argumentsOf(call, []);
  const columns = method.columns.map(([name, type]) => output(name, type));
  return rowsSource(columns, method.rows(instance.props.model), []);
}

/** A method as a value: PREDICT(object [, config]). */
function compileMethod(env: Env, scope: Scope, call: CallExpr): Typed {
  const instance = instanceOf(env, call);
  if (call.name[0]!.name !== "PREDICT") throw unknownMethod(call);
  const args = argumentsOf(call, ["INPUT_DATA", "CONFIG_OBJECT"]);
  const input = args.get("INPUT_DATA");
  if (!input) throw errors.invalidValue("NULL", "INPUT_DATA");
  const object = compileExpr(env, scope, input);
  if (object.type.kind !== "OBJECT" && object.type.kind !== "VARIANT")
    throw new SnowflakeError(
      "001044",
      "42P13",
      `SQL compilation error: error line 0 at position -1\nInvalid argument types for function 'PREDICT': (${object.type.kind})`,
    );
  const sql = predictionSql(
    instance.props.model,
    castTo(env, object, { kind: "VARIANT" }).sql,
    onErrorOf(args.get("CONFIG_OBJECT")),
    { quoteText, raise: (message) => raise("100132", "P0000", message) },
  );
  return typed(sql, { kind: "VARIANT" });
}

/** `{'on_error': 'SKIP'}` */
function onErrorOf(config: Expr | undefined): "ABORT" | "SKIP" {
  let chosen: "ABORT" | "SKIP" = "ABORT";
  for (const [key, value] of Object.entries(constantObject(config))) {
    const given = String(value).toUpperCase();
    if (key !== "ON_ERROR") throw errors.invalidValue(key, "CONFIG_OBJECT");
    if (given !== "ABORT" && given !== "SKIP") throw errors.invalidValue(String(value), "on_error");
    chosen = given;
  }
  return chosen;
}

export type ConstantObject = { [key: string]: string | number | boolean | ConstantObject };

/** An object literal of constants, its keys in upper case; {} for none. */
export function constantObject(expr: Expr | undefined): ConstantObject {
  if (!expr) return {};
  if (expr.type !== "object") throw errors.unsupported("a computed CONFIG_OBJECT");
  return Object.fromEntries(
    expr.entries.map(({ key, value }) => {
      if (key.type !== "literal" || key.kind !== "string") throw errors.unsupported("a computed key");
      return [key.value.toUpperCase(), constantOf(value)];
    }),
  );
}

function constantOf(expr: Expr): ConstantObject[string] {
  if (expr.type === "object") return constantObject(expr);
  if (expr.type === "literal" && expr.kind === "string") return expr.value;
  if (expr.type === "literal" && expr.kind === "number") return Number(expr.value);
  if (expr.type === "literal" && expr.kind === "boolean") return expr.value === "TRUE";
  throw errors.unsupported("a computed option");
}

hooks.method = compileMethod;
