import type { Aws } from "../aws.ts";
import type { PropertyRule } from "../handler.ts";
import type { Json } from "../values.ts";

/** The inputs of every resource that is a setting of a bucket; its id is the bucket's name. */
export const bucketInputs = {
  bucket: { required: true, replaces: true },
  region: { replaces: true, computed: true },
} satisfies Record<string, PropertyRule>;

export function bucketIdentity(aws: Aws, id: string): { bucket: Json; region: Json } {
  return { bucket: id, region: aws.region };
}
