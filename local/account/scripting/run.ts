import { tokenize } from "../commands/index.ts";
import { errors, SnowflakeError } from "../errors.ts";
import type { Bind } from "../session/context.ts";
import type { Outcome, ResultColumn, Value } from "../session/outcome.ts";
import { type DataType, number, printDataType, varchar } from "../types/data-type.ts";
import { parseDataType } from "../types/parse-data-type.ts";
import type { Block, Declaration, Handler, Step } from "./ast.ts";
import { type Given, givenFor, readCall } from "./call-syntax.ts";
import { Exceptions, Raised } from "./exceptions.ts";
import { parseBlock, parseExecuteImmediate } from "./parse.ts";
import { putIn, type Rows, type Scalar, scalarSql, type Variable, Variables } from "./variables.ts";

/** What a script needs of the account: both run as the script's session. */
export interface ScriptHost {
  evaluate(expression: string): Promise<Scalar>;
  execute(sql: string, binds?: Record<string, Bind>): Promise<Outcome & { queryId: string }>;
  /** Throws when the script was cancelled or its time is up. */
  check(): void;
}

/** What a script returns: a value, rows, or nothing. */
export type Returned = { kind: "VALUE"; scalar: Scalar } | { kind: "TABLE"; rows: Rows } | null;

/** How a step ended: it went on, or control goes elsewhere. */
type Flow =
  | null
  | { kind: "BREAK" | "CONTINUE"; label: string | null }
  | { kind: "RETURN"; returned: Returned };

/** Rows that a script holds at most (cursors, result sets). */
const MOST_ROWS = 1_000_000;

/** Runs a block; `given` are its arguments. Errors that no handler catches reach the caller. */
export async function runScript(
  host: ScriptHost,
  text: string,
  given: ReadonlyMap<string, Scalar> = new Map(),
): Promise<{ returned: Returned; variables: Variables }> {
  const variables = withArguments(given);
  return { returned: await new Script(host).run(parseBlock(text), variables), variables };
}

/** A body that is no block is one expression or statement. */
export function procedureBlock(body: string): string {
  const [first] = tokenize(body);
  const isBlock = first?.value === "BEGIN" || first?.value === "DECLARE";
  if (isBlock) return body;
  const text = body.trim();
  return `BEGIN ${text.endsWith(";") ? text : `${text};`} END`;
}

function withArguments(given: ReadonlyMap<string, Scalar>): Variables {
  const variables = new Variables(null);
  for (const [name, scalar] of given)
    variables.declare(name, { kind: "SCALAR", scalar, declared: scalar.type });
  return variables;
}

class Script {
  readonly #host: ScriptHost;
  readonly #exceptions = new Exceptions();
  /** Errors being handled, innermost last: RAISE alone throws the last again. */
  readonly #handled: SnowflakeError[] = [];
  /** Handlers of the blocks that run, innermost last, with the block's variables. */
  readonly #blocks: { handlers: readonly Handler[]; variables: Variables }[] = [];

  constructor(host: ScriptHost) {
    this.#host = host;
  }

  async run(block: Block, variables: Variables): Promise<Returned> {
    try {
      const flow = await this.#block(block, variables);
      return flow?.kind === "RETURN" ? flow.returned : null;
    } catch (thrown) {
      throw this.#exceptions.uncaught(thrown);
    }
  }

  async #block(block: Block, outer: Variables): Promise<Flow> {
    const variables = new Variables(outer);
    for (const name of ["SQLROWCOUNT", "SQLFOUND", "SQLNOTFOUND", "SQLID"])
      variables.declare(name, outer.find(name) ?? { kind: "SCALAR", scalar: nothing(), declared: null });
    const depth = this.#blocks.length;
    try {
      for (const declaration of block.declarations) await this.#declare(declaration, variables);
      this.#blocks.push({ handlers: block.handlers, variables });
      return await this.#steps(block.body, variables);
    } catch (thrown) {
      const ran = this.#blocks.length > depth;
      this.#blocks.length = depth;
      const handler = ran ? this.#exceptions.handlerOf(thrown, block.handlers) : null;
      if (!handler) {
        this.#exceptions.pass(thrown, block.handlers);
        throw thrown;
      }
      return this.#handle(handler, thrown as SnowflakeError, variables);
    } finally {
      this.#blocks.length = depth;
    }
  }

  /** Runs a handler's statements; SQLCODE, SQLERRM and SQLSTATE tell of the error. */
  async #handle(handler: Handler, thrown: SnowflakeError, variables: Variables): Promise<Flow> {
    const text = (value: string): Variable => ({
      kind: "SCALAR",
      scalar: { value, type: varchar() },
      declared: null,
    });
    const inside = new Variables(variables);
    inside.declare("SQLCODE", {
      kind: "SCALAR",
      scalar: { value: BigInt(Number.parseInt(thrown.code, 10) || 0), type: number() },
      declared: null,
    });
    inside.declare("SQLERRM", text(thrown.message));
    inside.declare("SQLSTATE", text(thrown.sqlState));
    this.#handled.push(thrown);
    try {
      return await this.#steps(handler.body, inside);
    } finally {
      this.#handled.pop();
    }
  }

  async #steps(steps: readonly Step[], variables: Variables): Promise<Flow> {
    for (const step of steps) {
      this.#host.check();
      const flow = await this.#tried(step, variables);
      if (flow) return flow;
    }
    return null;
  }

  /** A step; where it fails and the block has a CONTINUE handler for that, the handler's statements instead. */
  async #tried(step: Step, variables: Variables): Promise<Flow> {
    const depth = this.#blocks.length;
    try {
      return await this.#step(step, variables);
    } catch (thrown) {
      if (!(thrown instanceof SnowflakeError)) throw thrown;
      this.#exceptions.at(thrown, step);
      const block = this.#blocks[depth - 1];
      const handler = block && this.#exceptions.handlerOf(thrown, block.handlers);
      if (!handler?.goesOn) throw thrown;
      const within = this.#blocks.splice(depth - 1);
      try {
        return await this.#handle(handler, thrown, block!.variables);
      } catch (again) {
        this.#exceptions.pass(again, block!.handlers);
        throw again;
      } finally {
        this.#blocks.push(...within);
      }
    }
  }

  async #step(step: Step, variables: Variables): Promise<Flow> {
    switch (step.kind) {
      case "BLOCK":
        return this.#block(step.block, variables);
      case "DECLARE":
        await this.#declare(step.declaration, variables);
        return null;
      case "ASSIGN":
        await this.#assign(step.name, await this.#value(step.value, variables), variables);
        return null;
      case "ASSIGN QUERY": {
        const target = variables.get(step.name);
        const rows = await this.#query(step.query, variables);
        if (target.kind === "RESULTSET") target.rows = rows;
        else await this.#assign(step.name, firstValue(rows), variables);
        return null;
      }
      case "IF":
        for (const { condition, body } of step.branches)
          if (await this.#isTrue(condition, variables)) return this.#steps(body, variables);
        return this.#steps(step.otherwise, variables);
      case "CASE":
        for (const { condition, body } of step.branches) {
          const test = step.operand === null ? condition : `(${step.operand}) = (${condition})`;
          if (await this.#isTrue(test, variables)) return this.#steps(body, variables);
        }
        if (step.otherwise === null)
          throw new SnowflakeError(
            "002030",
            "20000",
            "None of the CASE branches applies and there is no ELSE.",
          );
        return this.#steps(step.otherwise, variables);
      case "FOR RANGE":
        return this.#forRange(step, variables);
      case "FOR EACH":
        return this.#forEach(step, variables);
      case "WHILE":
        return this.#loop(step.body, step.label, variables, () => this.#isTrue(step.condition, variables));
      case "LOOP":
        return this.#loop(step.body, step.label, variables, async () => true);
      case "REPEAT": {
        let first = true;
        return this.#loop(step.body, step.label, variables, async () => {
          const again = first || !(await this.#isTrue(step.until, variables));
          first = false;
          return again;
        });
      }
      case "BREAK":
      case "CONTINUE":
        return { kind: step.kind, label: step.label };
      case "RETURN":
        return { kind: "RETURN", returned: await this.#returned(step, variables) };
      case "RAISE":
        return this.#raise(step.name, variables);
      case "OPEN":
        await this.#open(step.name, step.using, variables);
        return null;
      case "CLOSE":
        cursor(variables, step.name).rows = null;
        return null;
      case "CANCEL":
        // A job has ended when the next step runs: there is nothing left to cancel.
        if (variables.get(step.name).kind !== "RESULTSET") throw errors.invalidValue(step.name, "result set");
        return null;
      case "FETCH": {
        const from = cursor(variables, step.name);
        if (!from.rows) throw errors.compilation("090193", "24000", `cursor '${step.name}' is not open`);
        const row = from.rows.rows[from.next++];
        for (const [at, name] of step.into.entries())
          await this.#assign(
            name,
            { value: row?.[at] ?? null, type: from.rows.columns[at]?.type ?? varchar() },
            variables,
          );
        return null;
      }
      case "EXECUTE IMMEDIATE": {
        this.#noteRows(await this.#run(await this.#composed(step, variables)), variables);
        return null;
      }
      case "SQL":
        return this.#sql(step, variables);
      case "NULL":
        return null;
    }
  }

  async #sql(step: Extract<Step, { kind: "SQL" }>, variables: Variables): Promise<Flow> {
    const first = tokenize(step.text)[0]?.value ?? "";
    // A system function stands as a statement of its own. Source: "SYSTEM$LOG".
    if (first.startsWith("SYSTEM$")) {
      await this.#value(step.text, variables);
      return null;
    }
    const rows =
      first === "CALL" ? await this.#call(step.text, variables) : await this.#query(step.text, variables);
    if (step.into.length === 0) return null;
    if (rows.rows.length > 1)
      throw new SnowflakeError("090193", "P0000", "A SELECT INTO statement returned more than one row.");
    for (const [at, name] of step.into.entries())
      await this.#assign(
        name,
        { value: rows.rows[0]?.[at] ?? null, type: rows.columns[at]?.type ?? varchar() },
        variables,
      );
    return null;
  }

  /** CALL of a procedure of the account, or of one that the block declares; output arguments are assigned. */
  async #call(text: string, variables: Variables): Promise<Rows> {
    const { name, given } = readCall(text);
    const nested = variables.find(name.toUpperCase());
    if (nested?.kind === "PROCEDURE") return this.#callNested(name, nested.procedure, given, variables);
    const outcome = await this.#run(putIn(text, variables, false));
    for (const [at, sql] of outcome.outputs ?? []) {
      const argument = given[at]!.text;
      if (!argument.startsWith(":"))
        throw errors.invalidValue(argument, "output argument: a variable, as :name");
      await this.#assign(argument.slice(1).toUpperCase(), await this.#host.evaluate(sql), variables);
    }
    return this.#read(outcome, variables);
  }

  /** Source: "DECLARE (Snowflake Scripting)": a nested procedure sees its arguments. */
  async #callNested(
    name: string,
    procedure: Extract<Variable, { kind: "PROCEDURE" }>["procedure"],
    given: Given,
    variables: Variables,
  ): Promise<Rows> {
    const values = new Map<string, Scalar>();
    if (given.length > procedure.arguments.length)
      throw errors.invalidValue(given[procedure.arguments.length]!.text, "argument: there are too many");
    for (const [at, argument] of procedure.arguments.entries()) {
      const text = givenFor(given, argument.name, at)?.text ?? argument.defaultSql;
      if (text === undefined) throw errors.invalidValue(argument.name, "argument without a value");
      const cast = `(${putIn(text, variables, false)})::${printDataType(argument.type)}`;
      values.set(argument.name, await this.#host.evaluate(cast));
    }
    const script = new Script(this.#host);
    const returned = await script.run(parseBlock(procedureBlock(procedure.body)), withArguments(values));
    const outcome = outcomeOf(returned, name.toUpperCase(), procedure.returns);
    if (returned?.kind === "VALUE" && procedure.returns && returned.scalar.value !== null) {
      const cast = `(${scalarSql(returned.scalar)})::${printDataType(procedure.returns)}`;
      return { columns: outcome.columns, rows: [[(await this.#host.evaluate(cast)).value]] };
    }
    return { columns: outcome.columns, rows: [...(outcome.rows as Value[][][])].flat() };
  }

  async #declare(declaration: Declaration, variables: Variables): Promise<void> {
    const { name } = declaration;
    switch (declaration.kind) {
      case "VARIABLE": {
        const declared = declaration.type === null ? null : parseDataType(declaration.type);
        const scalar =
          declaration.value === null
            ? nothing(declared ?? varchar())
            : await this.#value(declaration.value, variables);
        variables.declare(name, { kind: "SCALAR", scalar: nothing(), declared });
        await this.#assign(name, scalar, variables);
        return;
      }
      case "CURSOR":
        variables.declare(name, { kind: "CURSOR", source: declaration.source, rows: null, next: 0 });
        return;
      case "RESULTSET":
        variables.declare(name, {
          kind: "RESULTSET",
          rows: declaration.query === null ? null : await this.#query(declaration.query, variables),
        });
        return;
      case "PROCEDURE":
        variables.declare(name, { kind: "PROCEDURE", procedure: declaration.procedure });
        return;
      case "EXCEPTION":
        variables.declare(name, { kind: "EXCEPTION", code: declaration.code, message: declaration.message });
    }
  }

  /** A variable takes its declared type; without one, the type of its first value. */
  async #assign(name: string, scalar: Scalar, variables: Variables): Promise<void> {
    const target = variables.get(name);
    if (target.kind !== "SCALAR") throw errors.invalidValue(name, "variable");
    const { declared } = target;
    if (declared === null || scalar.value === null || printDataType(declared) === printDataType(scalar.type))
      target.scalar = declared && scalar.value === null ? nothing(declared) : scalar;
    else target.scalar = await this.#evaluate(`(${scalarSql(scalar)})::${printDataType(declared)}`);
  }

  #value(expression: string, variables: Variables): Promise<Scalar> {
    return this.#evaluate(putIn(expression, variables, true));
  }

  async #evaluate(expression: string): Promise<Scalar> {
    try {
      return await this.#host.evaluate(expression);
    } catch (thrown) {
      throw this.#exceptions.ofExpression(thrown);
    }
  }

  async #isTrue(condition: string, variables: Variables): Promise<boolean> {
    const { value } = await this.#value(condition, variables);
    return value === true || value === "true";
  }

  /** The statement that EXECUTE IMMEDIATE … USING runs. */
  async #composed(step: { text: string; using: string[] }, variables: Variables): Promise<string> {
    const text = await this.#value(step.text, variables);
    const values = await Promise.all(step.using.map((one) => this.#value(one, variables)));
    return withPositions(String(text.value), values);
  }

  async #query(sql: string, variables: Variables): Promise<Rows> {
    const immediate = parseExecuteImmediate(sql);
    const outcome = await this.#run(
      immediate ? await this.#composed(immediate, variables) : putIn(sql, variables, false),
    );
    return this.#read(outcome, variables);
  }

  async #read(outcome: Outcome & { queryId: string }, variables: Variables): Promise<Rows> {
    this.#noteRows(outcome, variables);
    const rows: Value[][] = [];
    for await (const batch of outcome.rows) {
      rows.push(...batch);
      if (rows.length > MOST_ROWS)
        throw errors.unsupported(`a script's result of more than ${MOST_ROWS} rows`);
    }
    return { columns: outcome.columns, rows };
  }

  #run(sql: string) {
    return this.#host.execute(sql);
  }

  #noteRows(outcome: Outcome & { queryId: string }, variables: Variables): void {
    const set = (name: string, scalar: Scalar) => {
      const variable = variables.find(name);
      if (variable?.kind === "SCALAR") variable.scalar = scalar;
    };
    set("SQLID", { value: outcome.queryId, type: varchar() });
    if (!outcome.affected) return;
    const count = outcome.affected.inserted + outcome.affected.updated + outcome.affected.deleted;
    set("SQLROWCOUNT", { value: BigInt(count), type: number() });
    set("SQLFOUND", { value: count > 0, type: { kind: "BOOLEAN" } });
    set("SQLNOTFOUND", { value: count === 0, type: { kind: "BOOLEAN" } });
  }

  async #loop(
    body: readonly Step[],
    label: string | null,
    variables: Variables,
    goesOn: () => Promise<boolean>,
  ): Promise<Flow> {
    while (await goesOn()) {
      this.#host.check();
      const flow = await this.#steps(body, new Variables(variables));
      if (!flow) continue;
      if (flow.kind === "RETURN") return flow;
      if (flow.label !== null && flow.label !== label) return flow;
      if (flow.kind === "BREAK") return null;
    }
    return null;
  }

  async #forRange(step: Extract<Step, { kind: "FOR RANGE" }>, variables: Variables): Promise<Flow> {
    const bound = async (text: string) => Number((await this.#value(text, variables)).value);
    const [from, to] = [await bound(step.from), await bound(step.to)];
    let at = step.reverse ? to : from;
    const inside = new Variables(variables);
    return this.#loop(step.body, step.label, inside, async () => {
      if (step.reverse ? at < from : at > to) return false;
      inside.declare(step.name, {
        kind: "SCALAR",
        scalar: { value: BigInt(at), type: number() },
        declared: null,
      });
      at += step.reverse ? -1 : 1;
      return true;
    });
  }

  async #forEach(step: Extract<Step, { kind: "FOR EACH" }>, variables: Variables): Promise<Flow> {
    const source = variables.get(step.source.toUpperCase());
    // A cursor that is open already goes through the rows it was opened for.
    if (source.kind === "CURSOR" && !source.rows) await this.#open(step.source.toUpperCase(), [], variables);
    const rows = source.kind === "CURSOR" || source.kind === "RESULTSET" ? source.rows : null;
    if (!rows) throw errors.invalidValue(step.source, "cursor or result set");
    let at = 0;
    const inside = new Variables(variables);
    return this.#loop(step.body, step.label, inside, async () => {
      const row = rows.rows[at++];
      if (!row) return false;
      inside.declare(step.name, { kind: "RECORD", columns: rows.columns, row });
      return true;
    });
  }

  async #open(name: string, using: readonly string[], variables: Variables): Promise<void> {
    const target = cursor(variables, name);
    const set = variables.find(target.source.trim().toUpperCase());
    if (set?.kind === "RESULTSET") target.rows = set.rows;
    else {
      const values = await Promise.all(using.map((one) => this.#value(one, variables)));
      target.rows = await this.#query(withPositions(target.source, values), variables);
    }
    target.next = 0;
  }

  async #returned(step: Extract<Step, { kind: "RETURN" }>, variables: Variables): Promise<Returned> {
    if (step.table !== null) {
      const name = nameOfTable(step.table);
      const set = variables.find(name);
      const rows =
        set?.kind === "RESULTSET" || set?.kind === "CURSOR"
          ? set.rows
          : await this.#query(step.table, variables);
      if (!rows) throw errors.invalidValue(step.table, "result set");
      return { kind: "TABLE", rows };
    }
    if (step.value === null) return { kind: "VALUE", scalar: nothing() };
    const named = variables.find(step.value.trim().toUpperCase());
    if (named?.kind === "RESULTSET" && named.rows) return { kind: "TABLE", rows: named.rows };
    return { kind: "VALUE", scalar: await this.#value(step.value, variables) };
  }

  #raise(name: string | null, variables: Variables): never {
    if (name === null) {
      const last = this.#handled.at(-1);
      if (!last)
        throw errors.compilation("001003", "42000", "RAISE without an exception outside of a handler");
      throw last;
    }
    const exception = variables.get(name);
    if (exception.kind !== "EXCEPTION") throw errors.invalidIdentifier(name);
    throw new Raised(name, exception.code, exception.message);
  }
}

/** `name`, `:name` or `RESULTSET_FROM_CURSOR(name)` of a RETURN TABLE; another text is a query. */
function nameOfTable(text: string): string {
  const tokens = tokenize(text);
  const inner = tokens[0]?.value === "RESULTSET_FROM_CURSOR" ? tokens.slice(2, -1) : tokens;
  const [only, ...others] = inner.filter((token) => token.image !== ":");
  return only && others.length === 0 ? only.value : "";
}

/** The statement with values in the places of its question marks, in order. */
function withPositions(sql: string, values: readonly Scalar[]): string {
  let text = "";
  let from = 0;
  const marks = tokenize(sql).filter((token) => token.image === "?");
  marks.slice(0, values.length).forEach((mark, at) => {
    text += sql.slice(from, mark.start) + scalarSql(values[at]!);
    from = mark.end;
  });
  return text + sql.slice(from);
}

function cursor(variables: Variables, name: string): Extract<Variable, { kind: "CURSOR" }> {
  const found = variables.get(name);
  if (found.kind !== "CURSOR") throw errors.invalidValue(name, "cursor");
  return found;
}

const nothing = (type: DataType = varchar()): Scalar => ({ value: null, type });

const firstValue = (rows: Rows): Scalar => ({
  value: rows.rows[0]?.[0] ?? null,
  type: rows.columns[0]?.type ?? varchar(),
});

/** The answer of a block or a procedure: its value under one name, or its rows. */
export function outcomeOf(returned: Returned, name: string, declared: DataType | null): Outcome {
  if (returned?.kind === "TABLE")
    return { kind: "CALL", columns: returned.rows.columns, rows: [returned.rows.rows] };
  const scalar = returned?.scalar ?? nothing();
  const column: ResultColumn = { name, type: declared ?? scalar.type, nullable: true };
  return { kind: "CALL", columns: [column], rows: [[[scalar.value]]] };
}
