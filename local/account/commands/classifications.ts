/** SNOWFLAKE.ML.CLASSIFICATION: CREATE trains, the methods are in sql/compile/instance-methods.ts. */
import { errors, SnowflakeError } from "../errors.ts";
import type { Cell, ClassifierModel, Feature } from "../ml/model.ts";
import { MOST_ROWS, Sample } from "../ml/sample.ts";
import { trainClassifier } from "../ml/train.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, type ResultColumn, statusOutcome, type Value } from "../session/outcome.ts";
import { constantObject, runQuery } from "../sql/index.ts";
import { type CallExpr, type Expr, parseExpression } from "../sql/parse/index.ts";
import { alterCommon } from "./alter.ts";
import type { Cursor } from "./cursor.ts";
import { commonRow, dropCommand } from "./family.ts";
import { createObject, EXECUTED, findExisting, readCreateName, readExistingName } from "./objects.ts";
import { readProperties, text } from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { listForShow, readShowOptions, type ShowColumns, showOutcome } from "./show.ts";
import { readTagValues, setTags, type TagValue } from "./tag-values.ts";

interface Training {
  /** SELECT of the training data. */
  query: string;
  target: string;
  testFraction: number | null;
  onError: "ABORT" | "SKIP";
}

const DEFAULT_TEST_FRACTION = 0.2;

/** Reads the arguments between the parentheses. */
function readTraining(cursor: Cursor): Training {
  const call = parseExpression(`CLASSIFICATION(${cursor.balanced().trim().replace(/,$/, "")})`) as CallExpr;
  if (call.args.length > 0) throw errors.unsupported("positional arguments of CLASSIFICATION");
  const args = new Map(call.named.map(({ name, value }) => [name, value]));
  for (const name of args.keys())
    if (!["INPUT_DATA", "TARGET_COLNAME", "CONFIG_OBJECT"].includes(name))
      throw errors.compilation("001018", "42601", `invalid argument '${name}' for function CLASSIFICATION`);
  const target = args.get("TARGET_COLNAME");
  if (target?.type !== "literal" || target.kind !== "string")
    throw errors.invalidValue(target === undefined ? "NULL" : "expression", "TARGET_COLNAME");
  return {
    query: readReference(args.get("INPUT_DATA")),
    target: target.value,
    ...readConfig(args.get("CONFIG_OBJECT")),
  };
}

function readConfig(expr: Expr | undefined): Pick<Training, "testFraction" | "onError"> {
  const read: Pick<Training, "testFraction" | "onError"> = {
    testFraction: DEFAULT_TEST_FRACTION,
    onError: "ABORT",
  };
  for (const [key, value] of Object.entries(constantObject(expr))) {
    if (key === "EVALUATE" && typeof value === "boolean") {
      if (!value) read.testFraction = null;
    } else if (key === "ON_ERROR" && ["ABORT", "SKIP"].includes(String(value).toUpperCase()))
      read.onError = String(value).toUpperCase() as "ABORT" | "SKIP";
    else if (key === "EVALUATION_CONFIG" && typeof value === "object") {
      for (const [option, fraction] of Object.entries(value)) {
        if (option !== "TEST_FRACTION" || typeof fraction !== "number" || !(fraction > 0 && fraction < 1))
          throw errors.invalidValue(`${option}: ${JSON.stringify(fraction)}`, "evaluation_config");
        if (read.testFraction !== null) read.testFraction = fraction;
      }
    } else throw errors.invalidValue(`${key}: ${JSON.stringify(value)}`, "CONFIG_OBJECT");
  }
  return read;
}

/** SYSTEM$REFERENCE('TABLE' | 'VIEW', 'name'), SYSTEM$QUERY_REFERENCE('SELECT …') or TABLE(name), as a query. */
function readReference(expr: Expr | undefined): string {
  const strings = (call: CallExpr) =>
    call.args.map((arg) => {
      if (arg.type === "literal" && arg.kind !== "null") return arg.value;
      throw errors.unsupported("a computed reference");
    });
  if (expr?.type === "call" && expr.name.length === 1 && expr.instance === null) {
    const values = strings(expr);
    if (expr.name[0]!.name === "SYSTEM$QUERY_REFERENCE" && values[0] !== undefined) return values[0];
    if (expr.name[0]!.name === "SYSTEM$REFERENCE" && values[1] !== undefined) {
      const kind = values[0]!.toUpperCase();
      if (kind !== "TABLE" && kind !== "VIEW") throw errors.invalidValue(values[0]!, "object_type");
      return `SELECT * FROM ${values[1]}`;
    }
  }
  throw errors.compilation(
    "001044",
    "42P13",
    "INPUT_DATA must be a reference: SYSTEM$REFERENCE('TABLE' or 'VIEW', name) or SYSTEM$QUERY_REFERENCE(query).",
  );
}

const failed = (message: string): SnowflakeError => new SnowflakeError("100132", "P0000", message);

function kindOf(column: ResultColumn): Feature["kind"] {
  switch (column.type.kind) {
    case "NUMBER":
    case "FLOAT":
      return "numeric";
    case "VARCHAR":
    case "BOOLEAN":
      return "categorical";
    default:
      // Timestamps would become features of their own (epoch, day, week, month).
      throw errors.unsupported(`a feature of type ${column.type.kind}: ${column.name}`);
  }
}

/** As PREDICT names it: True and False, numbers and texts as they are. */
function labelOf(value: Value): string | null {
  if (value === null) return null;
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}

async function train(ctx: StatementContext, training: Training): Promise<ClassifierModel> {
  const own = Object.create(ctx, { text: { value: training.query, enumerable: true } }) as StatementContext;
  const data = await runQuery(own);
  const wanted = training.target.toUpperCase();
  const target = data.columns.findIndex(
    (column) => column.name === training.target || column.name === wanted,
  );
  if (target < 0) throw failed(`The target column ${training.target} is not in the input data.`);
  const features = data.columns.flatMap((column, index) => (index === target ? [] : [{ column, index }]));
  const columns = features.map(({ column }) => ({ name: column.name, kind: kindOf(column) }));
  if (columns.length === 0) throw failed("The input data has no feature column.");
  const sample = new Sample(columns.length);
  let skipped = 0;
  for await (const batch of data.rows)
    for (const row of batch) {
      const label = labelOf(row[target] ?? null);
      if (label === null) {
        if (training.onError === "ABORT")
          throw failed(`The target column ${training.target} has NULL values.`);
        skipped++;
        continue;
      }
      sample.add(
        label,
        features.map(({ index }, i): Cell => {
          const value = row[index] ?? null;
          if (value === null) return null;
          return columns[i]!.kind === "numeric" ? Number(value) : String(value);
        }),
      );
    }
  const examples = sample.examples();
  if (new Set(examples.map((one) => one.label)).size < 2)
    throw failed("The target column must have at least two unique classes.");
  const model = await trainClassifier(columns, examples, {
    testFraction: training.testFraction,
    pause: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      ctx.signal.throwIfAborted();
    },
  });
  if (skipped > 0)
    model.logs.push({ column: training.target, text: `${skipped} rows without a class were skipped.` });
  if (examples.length < sample.seen)
    model.logs.push({ column: null, text: `Trained on ${examples.length} of ${sample.seen} rows.` });
  return model;
}

async function create(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  const training = readTraining(cursor);
  cursor.accept("WITH");
  const values = readProperties(cursor, { COMMENT: text, TAG: readTagValues });
  cursor.expectEnd();
  // Training takes long and other sessions' DDL should not wait for it: first the model, then the change.
  let model: ClassifierModel | undefined;
  const { outcome } = await createObject(ctx, {
    kind: "CLASSIFICATION",
    head,
    name,
    prepare: async () => {
      model = await ctx.onWarehouse(() => train(ctx, training));
    },
    build: () => ({ props: { model: model! }, comment: values.COMMENT ?? null }),
    after: (change, made) => setTags(ctx, change, made, (values.TAG as TagValue[] | undefined) ?? []),
    message: (printed) => `Instance ${printed} successfully created.`,
  });
  return outcome;
}

async function alter(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const instance = findExisting(ctx, "CLASSIFICATION", parts, ifExists);
  if (!instance) return statusOutcome(EXECUTED);
  const done = await alterCommon(ctx, cursor, instance);
  if (!done) throw cursor.syntaxError();
  return done;
}

const COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["database_name", "text"],
  ["schema_name", "text"],
  ["current_version", "text"],
  ["comment", "text"],
  ["owner", "text"],
];

async function show(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  cursor.accept("INSTANCES");
  const options = readShowOptions(cursor, false);
  cursor.expectEnd();
  const rows = listForShow(ctx, "CLASSIFICATION", options).map((object) => ({
    ...commonRow(ctx, object),
    current_version: "1.0",
  }));
  return showOutcome(COLUMNS, rows, options);
}

const words = "SNOWFLAKE.ML.CLASSIFICATION";
const test = "tests/local/account/ml/classification.test.ts";
export const classificationCommands: CommandDef[] = [
  command("CREATE", words, create, {
    source: `CREATE ${words}`,
    test,
    status: "approximate",
    note: `Another learner: a ridge-penalised logistic regression instead of gradient boosting, evaluated on every fifth row of a class; more than ${MOST_ROWS.toLocaleString("en-US")} rows are sampled. No timestamps as features. Methods: PREDICT, SHOW_EVALUATION_METRICS, SHOW_GLOBAL_EVALUATION_METRICS, SHOW_CONFUSION_MATRIX, SHOW_FEATURE_IMPORTANCE, SHOW_TRAINING_LOGS; SHOW_THRESHOLD_METRICS is refused. USAGE on the instance stands for its instance roles.`,
  }),
  command("ALTER", words, alter, { source: `ALTER ${words}`, test }),
  dropCommand("CLASSIFICATION", { source: `DROP ${words}`, test }),
  command("SHOW", words, show, { source: `SHOW ${words}`, test }),
];
