import { type Handler, type PropertyRule, rulesOf } from "./handler.ts";
import {
  covers,
  coversAsSet,
  hasUnknown,
  isEmpty,
  type Json,
  type Properties,
  sameDocument,
} from "./values.ts";

export interface PropertyChange {
  property: string;
  kind: "add" | "delete" | "update";
  replaces: boolean;
}

/** What would change: `state` is what exists, `olds` what was asked for last, `news` what is asked for now. */
export function diffInputs(
  handler: Handler,
  state: Properties,
  olds: Properties,
  news: Properties,
  defaultTags: Record<string, string>,
): PropertyChange[] {
  const changes: PropertyChange[] = [];
  for (const [property, rule] of Object.entries(rulesOf(handler))) {
    const actual = rule.inputOnly ? olds[property] : state[property];
    if (!isChanged(rule, actual, olds[property], news[property])) continue;
    const kind = isEmpty(news[property]) ? "delete" : isEmpty(actual) ? "add" : "update";
    changes.push({ property, kind, replaces: rule.replaces === true });
  }
  // The provider's own tags are part of no input of the resource.
  if (handler.tagged && !changes.some(({ property }) => property === "tags")) {
    const wanted = { ...defaultTags, ...(news["tags"] as Record<string, string> | undefined) };
    if (
      !hasUnknown(wanted) &&
      !(covers(state["tagsAll"], wanted) && covers(wanted, state["tagsAll"] ?? {}))
    ) {
      changes.push({ property: "tagsAll", kind: "update", replaces: false });
    }
  }
  return changes;
}

function isChanged(
  rule: PropertyRule,
  actual: Json | undefined,
  old: Json | undefined,
  wanted: Json | undefined,
): boolean {
  if (hasUnknown(wanted)) return true;
  if (isEmpty(wanted)) {
    if (rule.computed) return false;
    return !isEmpty(actual) && !isSame(rule, actual, rule.default);
  }
  if (!isSame(rule, actual, wanted)) return true;
  // Something that was asked for and is no longer, although what exists still has it.
  return !rule.json && !isEmpty(old) && !isSame(rule, wanted, old);
}

/** True when what exists is what is wanted, by the property's own rule. */
export function isSame(rule: PropertyRule, actual: Json | undefined, wanted: Json | undefined): boolean {
  if (rule.json) return sameDocument(actual, wanted);
  if (isEmpty(wanted)) return isEmpty(actual);
  if (rule.exact) return covers(actual, wanted) && covers(wanted, actual);
  return rule.set ? coversAsSet(actual, wanted) : covers(actual, wanted);
}
