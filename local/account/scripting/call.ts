import { asRole, currentSchema, parseName, requirePrivilege, resolveSchema } from "../access/index.ts";
import type { CatalogObject } from "../catalog/model.ts";
import { readAnonymousProcedure, tokenize } from "../commands/index.ts";
import { quoteString } from "../commands/lexer.ts";
import { errors } from "../errors.ts";
import { argumentsText, runJavascriptProcedure } from "../javascript/procedure.ts";
import type { StatementContext } from "../session/context.ts";
import type { Outcome } from "../session/outcome.ts";
import type { Session } from "../session/session.ts";
import { printDataType, varchar } from "../types/data-type.ts";
import { type Given, givenFor, readCall } from "./call-syntax.ts";
import { runFlow, splitFlow } from "./flow.ts";
import { outcomeOf, procedureBlock, runScript, type ScriptHost } from "./run.ts";
import { runStagedScript, stagedScript } from "./staged-script.ts";
import { type Scalar, scalarSql } from "./variables.ts";

/** Makes the host of a script that runs in the session. */
export type HostOf = (session: Session, signal: AbortSignal) => ScriptHost;

/** A flow of statements, a block, or EXECUTE IMMEDIATE ('…' [USING …], FROM a file), as a statement of its own. */
export async function runBlock(context: StatementContext, hostOf: HostOf): Promise<Outcome> {
  const host = hostOf(context.session, context.signal);
  const flow = splitFlow(context.text);
  if (flow) return runFlow(host, flow);
  const tokens = tokenize(context.text);
  if (tokens[0]?.value !== "EXECUTE")
    return outcomeOf((await runScript(host, context.text)).returned, "anonymous block", null);
  const file = stagedScript(context.text);
  if (file !== null) return runStagedScript(context, host, file);
  const first = tokens[2];
  if (!first) throw errors.syntax(1, context.text.length, "<EOF>");
  const text =
    first.kind === "STRING" || first.kind === "DOLLAR_STRING"
      ? first.value
      : String((await host.evaluate(context.text.slice(first.start, tokens.at(-1)!.end))).value);
  return /^\s*(begin|declare)\b/i.test(text) && !/^\s*begin\s*(;|transaction\b|work\b|$)/i.test(text)
    ? outcomeOf((await runScript(host, text)).returned, "anonymous block", null)
    : host.execute(text);
}

type Definition = Omit<CatalogObject<"PROCEDURE">["props"], "context">;

/**
 * `CALL name(arguments)`. A procedure runs with its owner's rights unless it says EXECUTE AS CALLER; an anonymous one
 * (`WITH name AS PROCEDURE … CALL name(…)`) runs with the caller's.
 */
export async function callProcedure(context: StatementContext, hostOf: HostOf): Promise<Outcome> {
  const anonymous = readAnonymousProcedure(context.text);
  const { name, given } = readCall(anonymous?.call ?? context.text);
  if (anonymous) {
    if ((parseName(name) ?? []).join(".") !== anonymous.name)
      throw errors.doesNotExist("Unknown user-defined procedure", name);
    const definition = { ...anonymous.props, routine: anonymous.name };
    return runProcedure(context, hostOf, definition, given, context.session);
  }
  const procedure = await findProcedure(context, name, given, hostOf(context.session, context.signal));
  requirePrivilege(context, "USAGE", procedure);
  const { props } = procedure;
  const session =
    props.executeAs === "CALLER" ? context.session : asRole(context, procedure.owner, props.context).session;
  return runProcedure(context, hostOf, props, given, session);
}

/** Evaluates the arguments as the caller and runs the body in the given session. */
async function runProcedure(
  context: StatementContext,
  hostOf: HostOf,
  props: Definition,
  given: Given,
  session: Session,
): Promise<Outcome> {
  if (props.language !== "SQL" && props.language !== "JAVASCRIPT")
    throw errors.unsupported(`procedures in ${props.language}`);
  if (given.length > props.arguments.length)
    throw errors.invalidValue(given[props.arguments.length]!.text, "argument: there are too many");
  const own = hostOf(context.session, context.signal);
  const values = new Map<string, Scalar>();
  const outputs = new Map<string, number>();
  for (const [at, argument] of props.arguments.entries()) {
    const own_ = givenFor(given, argument.name, at);
    if (argument.output && own_) outputs.set(argument.name, own_.at);
    const text = own_?.text ?? argument.defaultSql;
    if (text === undefined) throw errors.invalidValue(argument.name, "argument without a value");
    const cast = `(${text})::${printDataType(argument.type)}`;
    values.set(argument.name, await own.evaluate(cast));
  }
  const host = hostOf(session, context.signal);
  if (props.language === "JAVASCRIPT") {
    const args = argumentsText(props.arguments.map(({ name: own_ }) => values.get(own_)!));
    const answer = await runJavascriptProcedure(props, args, host.execute);
    const json = answer === "" ? "NULL" : `PARSE_JSON(${quoteString(answer)})`;
    const scalar = await host.evaluate(`${json}::${printDataType(props.returns ?? varchar())}`);
    return outcomeOf({ kind: "VALUE", scalar }, props.routine, props.returns);
  }
  const { returned, variables } = await runScript(host, procedureBlock(props.body), values);
  if (returned?.kind === "VALUE" && props.returns && returned.scalar.value !== null)
    returned.scalar = await host.evaluate(`(${scalarSql(returned.scalar)})::${printDataType(props.returns)}`);
  const outcome = outcomeOf(returned, props.routine, props.returns);
  if (outputs.size === 0) return outcome;
  return {
    ...outcome,
    outputs: new Map(
      [...outputs].map(([name, at]) => {
        const variable = variables.find(name);
        return [at, variable?.kind === "SCALAR" ? scalarSql(variable.scalar) : "NULL"];
      }),
    ),
  };
}

/**
 * By name and number of arguments; those with defaults may be left out. Of several that fit, the one whose arguments'
 * types need the fewest conversions.
 */
async function findProcedure(
  context: StatementContext,
  name: string,
  given: Given,
  host: ScriptHost,
): Promise<CatalogObject<"PROCEDURE">> {
  const count = given.length;
  const parts = parseName(name) ?? [];
  const routine = parts.at(-1);
  const schema = parts.length > 1 ? resolveSchema(context, parts.slice(0, -1)) : currentSchema(context);
  const found = context.services.catalog
    .list("PROCEDURE", schema.id)
    .filter(({ props }) => props.routine === routine)
    .filter(({ props }) => {
      const least = props.arguments.filter((argument) => argument.defaultSql === undefined).length;
      return count >= least && count <= props.arguments.length;
    });
  const [only, ...others] = found;
  if (!only) throw errors.doesNotExist("Unknown user-defined procedure", name);
  if (others.length === 0) return only;
  const kinds: string[] = [];
  for (const { text } of given) kinds.push((await host.evaluate(text)).type.kind);
  const cost = (procedure: CatalogObject<"PROCEDURE">) =>
    given.filter(({ name: argument }, at) => {
      const { arguments: wanted } = procedure.props;
      const target = argument === null ? wanted[at] : wanted.find((one) => one.name === argument);
      return target?.type.kind !== kinds[at];
    }).length;
  return found.reduce((best, one) => (cost(one) < cost(best) ? one : best), only);
}
