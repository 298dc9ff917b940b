import {
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  type LifecycleRule,
  type LifecycleRuleFilter,
  PutBucketLifecycleConfigurationCommand,
  type TransitionDefaultMinimumObjectSize,
  type TransitionStorageClass,
} from "@aws-sdk/client-s3";
import { flag, type Handler, list, number, object, present, text } from "../handler.ts";
import { isObject, type Json, type Properties } from "../values.ts";
import { bucketIdentity, bucketInputs } from "./of-bucket.ts";

export const bucketLifecycle: Handler = {
  type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  noun: "lifecycle of the S3 bucket",
  inputs: {
    ...bucketInputs,
    expectedBucketOwner: { replaces: true, inputOnly: true },
    rules: {},
    timeouts: { inputOnly: true },
    transitionDefaultMinimumObjectSize: { computed: true },
  },
  outputs: [],
  async create(_, inputs) {
    return text(inputs, "bucket");
  },
  async apply(aws, id, inputs) {
    const size = text(inputs, "transitionDefaultMinimumObjectSize");
    await aws.s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: id,
        LifecycleConfiguration: { Rules: list(inputs, "rules").map(toRule) },
        ...(size === ""
          ? {}
          : { TransitionDefaultMinimumObjectSize: size as TransitionDefaultMinimumObjectSize }),
      }),
    );
  },
  async read(aws, id, state) {
    const found = await aws.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: id }));
    return {
      ...bucketIdentity(aws, id),
      rules: inOrderOf(list(state, "rules"), (found.Rules ?? []).map(fromRule)),
      transitionDefaultMinimumObjectSize:
        found.TransitionDefaultMinimumObjectSize ?? "all_storage_classes_128K",
    };
  },
  async remove(aws, id) {
    await aws.s3.send(new DeleteBucketLifecycleCommand({ Bucket: id }));
  },
};

/** S3 keeps no order of rules; the one of the program is shown. */
function inOrderOf(known: Properties[], rules: Properties[]): Properties[] {
  const position = (rule: Properties): number => {
    const index = known.findIndex(({ id }) => id === rule["id"]);
    return index < 0 ? known.length : index;
  };
  return [...rules].sort((a, b) => position(a) - position(b));
}

function toRule(rule: Properties): LifecycleRule {
  const expiration = object(rule, "expiration");
  const noncurrent = object(rule, "noncurrentVersionExpiration");
  const abort = object(rule, "abortIncompleteMultipartUpload");
  return defined({
    ID: text(rule, "id"),
    Status: text(rule, "status") === "Disabled" ? "Disabled" : "Enabled",
    Filter: toFilter(rule),
    Expiration: expiration
      ? defined({
          Days: number(expiration, "days"),
          Date: date(expiration),
          ExpiredObjectDeleteMarker: flag(expiration, "expiredObjectDeleteMarker") || undefined,
        })
      : undefined,
    Transitions: some(
      list(rule, "transitions").map((transition) =>
        defined({
          Days: number(transition, "days"),
          Date: date(transition),
          StorageClass: text(transition, "storageClass") as TransitionStorageClass,
        }),
      ),
    ),
    NoncurrentVersionTransitions: some(
      list(rule, "noncurrentVersionTransitions").map((transition) =>
        defined({
          NoncurrentDays: number(transition, "noncurrentDays"),
          NewerNoncurrentVersions: number(transition, "newerNoncurrentVersions"),
          StorageClass: text(transition, "storageClass") as TransitionStorageClass,
        }),
      ),
    ),
    NoncurrentVersionExpiration: noncurrent
      ? defined({
          NoncurrentDays: number(noncurrent, "noncurrentDays"),
          NewerNoncurrentVersions: number(noncurrent, "newerNoncurrentVersions"),
        })
      : undefined,
    AbortIncompleteMultipartUpload: abort
      ? { DaysAfterInitiation: number(abort, "daysAfterInitiation") }
      : undefined,
  });
}

function toFilter(rule: Properties): LifecycleRuleFilter {
  const filter = object(rule, "filter");
  const prefix = text(rule, "prefix");
  if (!filter) return { Prefix: prefix };
  const and = object(filter, "and");
  const tag = object(filter, "tag");
  if (and) {
    const tags = isObject(and["tags"]) ? and["tags"] : {};
    return {
      And: defined({
        Prefix: text(and, "prefix"),
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value: String(Value) })),
        ObjectSizeGreaterThan: number(and, "objectSizeGreaterThan"),
        ObjectSizeLessThan: number(and, "objectSizeLessThan"),
      }),
    };
  }
  if (tag) return { Tag: { Key: text(tag, "key"), Value: text(tag, "value") } };
  const greater = number(filter, "objectSizeGreaterThan");
  if (greater !== undefined) return { ObjectSizeGreaterThan: greater };
  const less = number(filter, "objectSizeLessThan");
  if (less !== undefined) return { ObjectSizeLessThan: less };
  return { Prefix: text(filter, "prefix") };
}

function fromRule(rule: LifecycleRule): Properties {
  return present({
    id: rule.ID,
    status: rule.Status,
    filter: fromFilter(rule.Filter),
    expiration: rule.Expiration
      ? present({
          days: rule.Expiration.Days,
          date: rule.Expiration.Date?.toISOString(),
          expiredObjectDeleteMarker: rule.Expiration.ExpiredObjectDeleteMarker,
        })
      : undefined,
    transitions: some(
      (rule.Transitions ?? []).map((transition) =>
        present({
          days: transition.Days,
          date: transition.Date?.toISOString(),
          storageClass: transition.StorageClass,
        }),
      ),
    ),
    noncurrentVersionTransitions: some(
      (rule.NoncurrentVersionTransitions ?? []).map((transition) =>
        present({
          noncurrentDays: transition.NoncurrentDays,
          newerNoncurrentVersions: transition.NewerNoncurrentVersions,
          storageClass: transition.StorageClass,
        }),
      ),
    ),
    noncurrentVersionExpiration: rule.NoncurrentVersionExpiration
      ? present({
          noncurrentDays: rule.NoncurrentVersionExpiration.NoncurrentDays,
          newerNoncurrentVersions: rule.NoncurrentVersionExpiration.NewerNoncurrentVersions,
        })
      : undefined,
    abortIncompleteMultipartUpload: rule.AbortIncompleteMultipartUpload
      ? present({ daysAfterInitiation: rule.AbortIncompleteMultipartUpload.DaysAfterInitiation })
      : undefined,
  });
}

function fromFilter(filter: LifecycleRuleFilter | undefined): Json | undefined {
  if (!filter) return undefined;
  const { And: and, Tag: tag } = filter;
  return present({
    prefix: filter.Prefix,
    objectSizeGreaterThan: filter.ObjectSizeGreaterThan,
    objectSizeLessThan: filter.ObjectSizeLessThan,
    tag: tag ? { key: tag.Key ?? "", value: tag.Value ?? "" } : undefined,
    and: and
      ? present({
          prefix: and.Prefix,
          objectSizeGreaterThan: and.ObjectSizeGreaterThan,
          objectSizeLessThan: and.ObjectSizeLessThan,
          tags: and.Tags
            ? Object.fromEntries(and.Tags.map(({ Key = "", Value = "" }) => [Key, Value]))
            : undefined,
        })
      : undefined,
  });
}

function date(properties: Properties): Date | undefined {
  const value = text(properties, "date");
  return value === "" ? undefined : new Date(value);
}

function some<T>(items: T[]): T[] | undefined {
  return items.length > 0 ? items : undefined;
}

/** The object without its undefined members. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
