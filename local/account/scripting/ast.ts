import type { RoutineProps } from "../catalog/loose-props.ts";

/** Snowflake Scripting as a tree. Expressions and SQL stay text: they are evaluated with the variables put in. */
export interface Block {
  declarations: Declaration[];
  body: Step[];
  handlers: Handler[];
}

export type Declaration =
  | { kind: "VARIABLE"; name: string; type: string | null; value: string | null }
  | { kind: "CURSOR"; name: string; source: string }
  | { kind: "RESULTSET"; name: string; query: string | null }
  | { kind: "PROCEDURE"; name: string; procedure: Omit<RoutineProps, "routine" | "context"> }
  | { kind: "EXCEPTION"; name: string; code: string; message: string };

export interface Handler {
  /** Upper-case names; OTHER catches the rest. */
  names: string[];
  /** Does the block go on after the statement that failed? */
  goesOn: boolean;
  body: Step[];
}

export interface Branch {
  condition: string;
  body: Step[];
}

/** A step and where it stands in the script: the line from 1, the character in it from 0. */
export type Step = Action & { line: number; position: number };

export type Action =
  | { kind: "BLOCK"; block: Block }
  | { kind: "DECLARE"; declaration: Declaration }
  | { kind: "ASSIGN"; name: string; value: string }
  | { kind: "ASSIGN QUERY"; name: string; query: string }
  | { kind: "IF"; branches: Branch[]; otherwise: Step[] }
  | { kind: "CASE"; operand: string | null; branches: Branch[]; otherwise: Step[] | null }
  | {
      kind: "FOR RANGE";
      name: string;
      reverse: boolean;
      from: string;
      to: string;
      body: Step[];
      label: string | null;
    }
  | { kind: "FOR EACH"; name: string; source: string; body: Step[]; label: string | null }
  | { kind: "WHILE"; condition: string; body: Step[]; label: string | null }
  | { kind: "REPEAT"; until: string; body: Step[]; label: string | null }
  | { kind: "LOOP"; body: Step[]; label: string | null }
  | { kind: "BREAK" | "CONTINUE"; label: string | null }
  | { kind: "RETURN"; value: string | null; table: string | null }
  | { kind: "RAISE"; name: string | null }
  | { kind: "OPEN" | "CLOSE"; name: string; using: string[] }
  | { kind: "FETCH"; name: string; into: string[] }
  | { kind: "EXECUTE IMMEDIATE"; text: string; using: string[] }
  | { kind: "CANCEL"; name: string }
  | { kind: "SQL"; text: string; into: string[] }
  | { kind: "NULL" };
