import { isSame } from "./diff.ts";
import { type Handler, rulesOf } from "./handler.ts";
import { isEmpty, isObject, type Properties } from "./values.ts";

/**
 * The state of a resource: what AWS tells, in the wording of the inputs where both mean the same, and what only the
 * inputs know.
 */
export function settle(
  handler: Handler,
  actual: Partial<Properties>,
  inputs: Properties,
  defaultTags: Record<string, string>,
): Properties {
  const state: Properties = {};
  for (const [name, value] of Object.entries(withOwnTags(handler, actual, inputs, defaultTags))) {
    if (value !== undefined && value !== null) state[name] = value;
  }
  for (const [name, rule] of Object.entries(rulesOf(handler))) {
    const given = inputs[name];
    if (given === undefined) continue;
    if (rule.inputOnly) state[name] = given;
    else if ((rule.json || rule.set) && isSame(rule, state[name], given))
      state[name] = rule.json ? given : state[name]!;
  }
  return state;
}

/**
 * The inputs that would yield this state. Without earlier inputs (an import): everything that is not AWS's own choice.
 * With them: theirs, and what has drifted away from them.
 */
export function inputsOf(handler: Handler, state: Properties, earlier: Properties): Properties {
  const inputs: Properties = {};
  for (const [name, rule] of Object.entries(rulesOf(handler))) {
    const given = earlier[name];
    const actual = state[name];
    if (given !== undefined) {
      const keep = rule.inputOnly || isSame(rule, actual, given);
      if (keep) inputs[name] = given;
      else if (actual !== undefined) inputs[name] = actual;
    } else if (actual !== undefined && name === handler.autoname?.property) {
      inputs[name] = actual;
    } else if (actual !== undefined && !rule.inputOnly && !rule.computed) {
      if (!isEmpty(actual) && !isSame(rule, actual, rule.default)) inputs[name] = actual;
    }
  }
  return inputs;
}

/** Splits all tags into those of the resource and those that the provider's configuration adds. */
function withOwnTags(
  handler: Handler,
  actual: Partial<Properties>,
  inputs: Properties,
  defaultTags: Record<string, string>,
): Partial<Properties> {
  if (!handler.tagged) return actual;
  const all = isObject(actual["tagsAll"]) ? actual["tagsAll"] : {};
  const given = isObject(inputs["tags"]) ? inputs["tags"] : {};
  const own = Object.entries(all).filter(([name, value]) => name in given || defaultTags[name] !== value);
  const { tagsAll, ...rest } = actual;
  return { ...rest, ...(own.length > 0 ? { tags: Object.fromEntries(own) } : {}), tagsAll: tagsAll ?? {} };
}
