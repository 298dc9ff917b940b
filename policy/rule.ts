import type { Limits } from "./config.ts";
import type { Level, Topic } from "./finding.ts";
import type { Subject, SubjectKind, SubjectOf } from "./subject.ts";

/** What is wrong and what to do about it. */
export interface Broken {
  message: string;
  remedy: string;
}

export interface RuleContext {
  limits: Limits;
  /** Everything that is declared; complete for rules of scope `stack` only. */
  all: readonly Subject[];
}

/** One rule: pure, over facts. `scope: "resource"` needs only the thing itself and is judged before it is made. */
export interface Rule<K extends SubjectKind = SubjectKind> {
  name: string;
  topic: Topic;
  /** Holds where the stack's configuration names no other. */
  level: Level;
  scope: "resource" | "stack";
  judges: K;
  description: string;
  check(subject: SubjectOf<K>, context: RuleContext): Broken | undefined;
}

/** A rule whose kind of subject is forgotten, so that rules of all kinds fit in one list. */
export interface AnyRule extends Omit<Rule, "check" | "judges"> {
  judges: SubjectKind;
  check(subject: Subject, context: RuleContext): Broken | undefined;
}

/** Types a rule by the kind that it judges; others pass it by. */
export function rule<K extends SubjectKind>(given: Rule<K>): AnyRule {
  return {
    ...given,
    check: (subject, context) =>
      subject.kind === given.judges ? given.check(subject as SubjectOf<K>, context) : undefined,
  };
}
