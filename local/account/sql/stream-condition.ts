/**
 * A WHEN that asks streams only (`SYSTEM$STREAM_HAS_DATA('…') OR …`) needs no query: it follows from the catalogue, the
 * streams' offsets and the last versions of their tables. While nothing was committed and no object or grant changed,
 * its answer is the one before, so that a schedule that finds nothing to do costs next to nothing.
 */
import type { CatalogObject } from "../catalog/model.ts";
import type { StatementContext } from "../session/context.ts";
import type { TableVersions } from "../storage/versions.ts";
import { streamByName } from "./compile/functions/system.ts";
import { streamHasData } from "./compile/stream-data.ts";
import { type Expr, parseExpression } from "./parse/index.ts";

interface Answer {
  versions: ReadonlyMap<number, number>;
  generation: number;
  value: boolean;
}

const MOST_ANSWERS = 5000;
const answers = new WeakMap<TableVersions, Map<string, Answer>>();
const parsed = new Map<string, Expr | null>();

/** Undefined for a condition that asks anything else; such a one is compiled and run. */
export async function evaluateStreamCondition(
  ctx: StatementContext,
  text: string,
): Promise<boolean | undefined> {
  const condition = streamsOnly(text);
  if (condition === null) return undefined;
  const { services, session } = ctx;
  // Before anything is looked at: what commits meanwhile makes the answer an old one.
  const versions = services.versions.snapshot();
  const { generation } = services.catalog;
  const known = answersOf(services.versions);
  const key = JSON.stringify([
    session.userId,
    session.roleId,
    session.secondaryRoles,
    session.databaseId,
    session.schemaId,
    text,
  ]);
  const before = known.get(key);
  if (before?.versions === versions && before.generation === generation) return before.value;
  const asked: CatalogObject<"STREAM">[] = [];
  const value = await evaluate(ctx, condition, asked);
  // A stage's files come without a commit, so that nothing tells when the answer is an old one.
  if (asked.some(({ props }) => props.sourceKind === "STAGE")) return value;
  if (known.size >= MOST_ANSWERS) known.clear();
  known.set(key, { versions, generation, value });
  return value;
}

function answersOf(versions: TableVersions): Map<string, Answer> {
  const known = answers.get(versions) ?? new Map<string, Answer>();
  answers.set(versions, known);
  return known;
}

/** Every stream is asked, also where one would decide: one that is missing is an error wherever it stands. */
async function evaluate(
  ctx: StatementContext,
  expr: Expr,
  asked: CatalogObject<"STREAM">[],
): Promise<boolean> {
  if (expr.type === "unary") return !(await evaluate(ctx, expr.expr, asked));
  if (expr.type === "binary") {
    const left = await evaluate(ctx, expr.left, asked);
    const right = await evaluate(ctx, expr.right, asked);
    return expr.op === "AND" ? left && right : left || right;
  }
  if (expr.type === "call" && expr.args[0]?.type === "literal") {
    const stream = streamByName(ctx, expr.args[0].value);
    asked.push(stream);
    return streamHasData(ctx, stream.id);
  }
  throw new Error(`no condition of streams: ${expr.type}`);
}

function streamsOnly(text: string): Expr | null {
  let condition = parsed.get(text);
  if (condition === undefined) {
    const expr = parseExpression(text);
    condition = asksStreamsOnly(expr) ? expr : null;
    if (parsed.size >= MOST_ANSWERS) parsed.clear();
    parsed.set(text, condition);
  }
  return condition;
}

function asksStreamsOnly(expr: Expr): boolean {
  switch (expr.type) {
    case "unary":
      return expr.op === "NOT" && asksStreamsOnly(expr.expr);
    case "binary":
      return (
        (expr.op === "AND" || expr.op === "OR") && asksStreamsOnly(expr.left) && asksStreamsOnly(expr.right)
      );
    case "call": {
      const [argument, ...more] = expr.args;
      return (
        expr.instance === null &&
        expr.name.length === 1 &&
        expr.name[0]?.name === "SYSTEM$STREAM_HAS_DATA" &&
        more.length === 0 &&
        expr.named.length === 0 &&
        argument?.type === "literal" &&
        argument.kind === "string"
      );
    }
    default:
      return false;
  }
}
