import type { Aws } from "./aws.ts";
import { PartialError, unlessMissing, withContext } from "./errors.ts";
import { type Handler, propertyNames } from "./handler.ts";
import { inputsOf, settle } from "./state.ts";
import { hasUnknown, isObject, type Json, type Properties, UNKNOWN } from "./values.ts";

export interface Existing {
  id: string;
  state: Properties;
  inputs: Properties;
}

/** Makes a resource. When it exists but could not be completed, throws a PartialError that holds it. */
export async function createResource(aws: Aws, handler: Handler, inputs: Properties): Promise<Existing> {
  const full = withAllTags(aws, handler, inputs);
  let id: string;
  try {
    id = await handler.create(aws, full);
  } catch (error) {
    throw withContext(`creating the ${handler.noun} ${nameOf(handler, inputs)}`, error);
  }
  try {
    await handler.apply?.(aws, id, full, undefined);
    return { id, state: await stateOf(aws, handler, id, inputs, full), inputs };
  } catch (error) {
    const state = await stateOf(aws, handler, id, inputs, full).catch(() => inputs);
    throw new PartialError(id, state, inputs, error);
  }
}

export async function updateResource(
  aws: Aws,
  handler: Handler,
  id: string,
  state: Properties,
  inputs: Properties,
): Promise<Properties> {
  const full = withAllTags(aws, handler, inputs);
  try {
    await handler.apply?.(aws, id, full, state);
    return await stateOf(aws, handler, id, inputs, { ...state, ...full });
  } catch (error) {
    throw withContext(`updating the ${handler.noun} ${nameOf(handler, inputs)}`, error);
  }
}

/** What exists under this id, or undefined. Without state and inputs it is an import. */
export async function readResource(
  aws: Aws,
  handler: Handler,
  id: string,
  state: Properties,
  inputs: Properties,
): Promise<Existing | undefined> {
  try {
    const actual = await unlessMissing(() => handler.read(aws, id, state));
    if (actual === undefined) return undefined;
    const settled = settle(handler, actual, inputs, aws.defaultTags);
    return { id, state: settled, inputs: inputsOf(handler, settled, inputs) };
  } catch (error) {
    throw withContext(`reading the ${handler.noun} ${id}`, error);
  }
}

/** Removes a resource; one that is gone already is no error. */
export async function removeResource(
  aws: Aws,
  handler: Handler,
  id: string,
  state: Properties,
): Promise<void> {
  try {
    await unlessMissing(() => handler.remove(aws, id, state));
  } catch (error) {
    throw withContext(`deleting the ${handler.noun} ${id}`, error);
  }
}

/** The state that a preview shows: what is asked for, and of the rest what is known already. */
export function previewState(
  handler: Handler,
  state: Properties | undefined,
  inputs: Properties,
): Properties {
  const shown: Properties = {};
  for (const name of propertyNames(handler)) {
    const value = inputs[name] ?? (state === undefined ? undefined : state[name]);
    if (value !== undefined) shown[name] = value;
    else if (state === undefined && !(name in handler.inputs)) shown[name] = UNKNOWN;
    else if (state === undefined && handler.inputs[name]?.computed) shown[name] = UNKNOWN;
  }
  return shown;
}

async function stateOf(
  aws: Aws,
  handler: Handler,
  id: string,
  inputs: Properties,
  known: Properties,
): Promise<Properties> {
  const actual = await handler.read(aws, id, known);
  if (actual === undefined) throw new Error(`it was not there right after it was made (${id})`);
  return settle(handler, actual, inputs, aws.defaultTags);
}

function withAllTags(aws: Aws, handler: Handler, inputs: Properties): Properties {
  if (!handler.tagged) return inputs;
  const own: Json = isObject(inputs["tags"]) ? inputs["tags"] : {};
  return { ...inputs, tagsAll: { ...aws.defaultTags, ...own } };
}

function nameOf(handler: Handler, inputs: Properties): string {
  const name = inputs[handler.autoname?.property ?? "bucket"] ?? inputs["name"] ?? "";
  return hasUnknown(name) ? "" : String(name);
}
