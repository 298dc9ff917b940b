import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import type { Outcome } from "../session/outcome.ts";
import { withBoundText } from "./bound-text.ts";
import { Cursor } from "./cursor.ts";

/** What came before the kind: `CREATE OR REPLACE TRANSIENT …`, `SHOW TERSE …`. */
export interface Head {
  orReplace: boolean;
  orAlter: boolean;
  modifiers: ReadonlySet<string>;
  terse: boolean;
}

export type CommandStatus = "supported" | "approximate" | "not yet";

/** One statement form; docs/coverage.md has a row for each. */
export interface CommandDef {
  verb: string;
  /** Words after the verb that name the object kind; empty where the verb is all. */
  words: string;
  status: CommandStatus;
  /** Title of the documentation page it follows. */
  source: string;
  /** Test file that proves it. */
  test: string;
  /** What is left out or approximate. */
  note?: string;
  run(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome>;
}

const MODIFIERS: Record<string, string> = {
  TRANSIENT: "TRANSIENT",
  TEMPORARY: "TEMPORARY",
  TEMP: "TEMPORARY",
  VOLATILE: "TEMPORARY",
  LOCAL: "LOCAL",
  GLOBAL: "GLOBAL",
  SECURE: "SECURE",
  RECURSIVE: "RECURSIVE",
  AGGREGATE: "AGGREGATE",
};

const SYNONYMS: Record<string, string> = { DESC: "DESCRIBE", LS: "LIST", RM: "REMOVE" };

/** Commands by verb, longest kind first, so that `ROW ACCESS POLICY` is tried before shorter ones. */
export class CommandRegistry {
  readonly #byVerb = new Map<string, CommandDef[]>();
  readonly all: readonly CommandDef[];

  constructor(commands: readonly CommandDef[]) {
    this.all = commands;
    for (const command of commands) {
      const same = this.#byVerb.get(command.verb) ?? [];
      same.push(command);
      this.#byVerb.set(command.verb, same);
    }
    for (const same of this.#byVerb.values()) same.sort((a, b) => b.words.length - a.words.length);
  }

  /** Parses the statement's head, finds its command and runs it. */
  async run(given: StatementContext): Promise<Outcome> {
    const ctx = withBoundText(given);
    const cursor = new Cursor(ctx.text, ctx.session.variables);
    const first = cursor.peek();
    if (first?.kind !== "WORD") throw cursor.syntaxError();
    const verb = SYNONYMS[first.value] ?? first.value;
    const candidates = this.#byVerb.get(verb);
    if (!candidates) throw cursor.syntaxError();
    cursor.at++;
    const modifiers = new Set<string>();
    const head: Head = { orReplace: false, orAlter: false, modifiers, terse: false };
    if (verb === "CREATE") {
      if (cursor.accept("OR", "REPLACE")) head.orReplace = true;
      else if (cursor.accept("OR", "ALTER")) head.orAlter = true;
    }
    if (verb === "SHOW") head.terse = cursor.accept("TERSE");
    for (;;) {
      const command = candidates.find((c) => c.words === "" || cursor.seesPhrase(c.words));
      if (command) {
        if (command.words !== "") cursor.acceptPhrase(command.words);
        if (command.status === "not yet") throw errors.unsupported(`${verb} ${command.words}`);
        return command.run(ctx, cursor, head);
      }
      const modifier = verb === "CREATE" ? MODIFIERS[cursor.peek()?.value ?? ""] : undefined;
      if (modifier === undefined || cursor.peek()?.kind !== "WORD") throw cursor.syntaxError();
      modifiers.add(modifier);
      cursor.at++;
    }
  }
}

type Facts = Omit<CommandDef, "verb" | "words" | "run">;

/** A command's definition in one line. */
export const command = (
  verb: string,
  words: string,
  run: CommandDef["run"],
  facts: Partial<Facts> & Pick<Facts, "source" | "test">,
): CommandDef => ({ verb, words, run, status: "supported", ...facts });

/** A statement that Snowflake has and this account refuses by name. */
export const notYet = (verb: string, words: string, source: string): CommandDef => ({
  verb,
  words,
  status: "not yet",
  source,
  test: "tests/local/account/commands/registry.test.ts",
  run: async () => {
    throw errors.unsupported(`${verb} ${words}`);
  },
});
