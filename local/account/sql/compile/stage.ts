import { errors } from "../../errors.ts";
import { namedFormat, resolveFormat } from "../copy/file-format.ts";
import { resolveStage } from "../copy/stage-location.ts";
import { stagedRows } from "../copy/staged-rows.ts";
import type { StageOptions } from "../parse/index.ts";
import { tokenize } from "../parse/lexer.ts";
import type { Env } from "./env.ts";
import { compileExpr } from "./expression.ts";
import type { Source } from "./from.ts";
import { needXml } from "./functions/xml.ts";
import { newScope } from "./scope.ts";
import { stagedFiles } from "./staged-files.ts";

/** Staged files as rows: `SELECT $1, METADATA$FILENAME FROM @stage (FILE_FORMAT => …, PATTERN => …)`. */
export function compileStage(env: Env, location: string, options: StageOptions): Source {
  const { ctx } = env;
  const constant = (expr: StageOptions["pattern"], what: string): string | null => {
    if (!expr) return null;
    if (expr.type === "column") return ctx.text.slice(expr.start, expr.end);
    const value = compileExpr(env, newScope(null), expr);
    if (value.constant?.kind !== "string") throw errors.unsupported(`${what} that is not a constant`);
    return value.constant.value;
  };
  const place = resolveStage(ctx, location);
  const name = constant(options.fileFormat, "FILE_FORMAT");
  const format = name === null ? resolveFormat(ctx, {}, place) : namedFormat(ctx, name);
  const pattern = constant(options.pattern, "PATTERN");
  env.shared.usesData = true;
  const files = stagedFiles(env, place, pattern);
  let width = 1;
  for (const token of tokenize(ctx.text))
    if (token.kind === "dollar" && /^[0-9]+$/.test(token.value)) width = Math.max(width, Number(token.value));
  if (format.type === "XML") needXml(env);
  return stagedRows(ctx, place, format, files, { width });
}
