import { isObject, type Properties } from "./values.ts";

interface Tag {
  Key?: string | undefined;
  Value?: string | undefined;
}

/** All tags of a resource as AWS wants them. */
export function toTags(inputs: Properties): { Key: string; Value: string }[] {
  const all = isObject(inputs["tagsAll"]) ? inputs["tagsAll"] : {};
  return Object.entries(all).map(([Key, value]) => ({ Key, Value: String(value) }));
}

export function toTagMap(inputs: Properties): Record<string, string> {
  return Object.fromEntries(toTags(inputs).map(({ Key, Value }) => [Key, Value]));
}

export function fromTags(tags: readonly Tag[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}

/** The names of tags that were there and are not wanted any more. */
export function removedTags(inputs: Properties, before: Properties | undefined): string[] {
  const wanted = toTagMap(inputs);
  const earlier = before && isObject(before["tagsAll"]) ? Object.keys(before["tagsAll"]) : [];
  return earlier.filter((name) => !(name in wanted));
}
