/**
 * The one error that a user of the project sees: many problems at once, each with a place, what was given,
 * what is allowed and what to do. It never carries a secret, and is printed without a stack trace.
 */
export const PROBLEM_CODES = [
  "CONFIG_FILE", // the stack's file is missing or is not YAML
  "CONFIG_UNKNOWN_KEY",
  "CONFIG_VALUE",
  "CONFIG_CONFLICT", // each value is fine, together they are not
  "CONFIG_ENVIRONMENT", // something that the stack needs of the environment is not there
  "SOURCE", // a source definition is wrong
  "ACTIVATION", // an activation's definition is wrong
  "ROLE", // a role definition is wrong
  "MODEL_HEADER", // the YAML header of a model
  "MODEL_COLUMNS", // header and SELECT disagree
  "MODEL_KEY", // no key, or a key that cannot be one
  "MODEL_TYPE", // a declared type does not fit the expression
  "MODEL_CYCLE",
  "MODEL_TWO_WRITERS",
  "ALERT", // an alert that cannot be what it says
  "CHECK", // a check that cannot be what it says
  "SQL_SYNTAX",
  "SQL_UNKNOWN_TABLE",
  "SQL_UNKNOWN_COLUMN",
  "SQL_AMBIGUOUS_COLUMN",
  "SQL_UNSUPPORTED", // valid SQL that a model may not use
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

export interface Problem {
  code: ProblemCode;
  /** Path from the project's folder, e.g. `sql/core/customer/account.sql`. */
  file: string;
  /** 1-based; absent where the problem is the whole file. */
  line?: number;
  column?: number;
  /** The key within the file, e.g. `firn:warehouses.transform.autoSuspend`. */
  path?: string;
  message: string;
  given?: string;
  allowed?: string;
  hint?: string;
}

export class FirnError extends Error {
  readonly code: ProblemCode;
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    if (problems.length === 0) throw new RangeError("a FirnError needs at least one problem");
    super(problems.map(formatProblem).join("\n"));
    this.name = "FirnError";
    this.code = problems[0]!.code;
    this.problems = problems;
  }
}

/** `Pulumi.prod.yaml:12: firn:warehouses.transform.autoSuspend: … (given …; allowed …). …` on one line. */
export function formatProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.line === undefined ? undefined : problem.column]
    .filter((part) => part !== undefined)
    .join(":");
  const facts = [
    problem.given === undefined ? undefined : `given ${problem.given}`,
    problem.allowed === undefined ? undefined : `allowed: ${problem.allowed}`,
  ].filter((fact) => fact !== undefined);
  return [
    `${place}: ${problem.path === undefined ? "" : `${problem.path}: `}${problem.message}`,
    facts.length === 0 ? "" : ` (${facts.join("; ")})`,
    problem.hint === undefined ? "" : `. ${problem.hint}`,
  ].join("");
}

/** Gathers problems so that a user sees all of them in one run. */
export class Problems {
  readonly list: Problem[] = [];

  add(problem: Problem): void {
    this.list.push(problem);
  }

  /** Throws a FirnError, problems in order of file and line, if there is any. */
  throwIfAny(): void {
    if (this.list.length === 0) return;
    throw new FirnError(
      [...this.list].sort(
        (a, b) =>
          compareText(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
      ),
    );
  }
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The candidate that a mistyped name most likely meant, ignoring case, or undefined if none is near. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (best === undefined || distance < best.distance) best = { candidate, distance };
  }
  const tolerance = Math.max(1, Math.floor(wanted.length / 3));
  return best !== undefined && best.distance <= tolerance ? best.candidate : undefined;
}

/** `Did you mean "x"?`, or nothing. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const near = nearest(name, candidates);
  return near === undefined ? undefined : `Did you mean "${near}"?`;
}

/** Optimal string alignment: insert, delete, replace, and swap of neighbours each count one. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
