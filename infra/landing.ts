/** The landing zone: bucket, the one role that Snowflake may assume for it, integration, stage and file format. */

import type { Claim } from "../pipelines/sources/overlap.ts";
import { type DocumentSource, folderOf } from "../pipelines/sources/source.ts";
import type { StackConfig } from "./config/schema.ts";
import { bucketArn, iamRoleArn, LANDING_SCHEMA, type Names } from "./names.ts";
import type { FileFormat, Landing, Stage, StorageIntegration } from "./platform.ts";

const DAY = 86_400;

/** What tells this stack's buckets from those of every other account of AWS. */
export const bucketSuffix = (config: StackConfig["landing"]): string =>
  config.bucketSuffix === "account" ? `-${config.awsAccountId}` : config.bucketSuffix;

export function planLanding(config: StackConfig["landing"], names: Names): Omit<Landing, "notifications"> {
  const bucket = names.bucket(bucketSuffix(config));
  const role = names.storageRole();
  return {
    awsAccountId: config.awsAccountId,
    bucket,
    bucketArn: bucketArn(bucket),
    role,
    roleArn: iamRoleArn(config.awsAccountId, role),
    infrequentAfterDays: config.infrequentAfter / DAY,
    archiveAfterDays: config.archiveAfter / DAY,
    oldVersionsExpireAfterDays: config.oldVersionsExpireAfter / DAY,
    forceDestroy: config.forceDestroy,
  };
}

/**
 * One notification for each prefix that is read: a file that no pipe reads is no event, and others may be told of
 * theirs. A bucket has one configuration, so those of others stand in it too.
 */
export function planNotifications(
  read: readonly Claim[],
  others: StackConfig["landing"]["notifications"],
): Landing["notifications"] {
  return [
    ...read.map(({ by, prefix }) => ({ id: `snowpipe-${by}`, prefix })),
    ...others.map(({ prefix, queueArn }, index) => ({ id: `other-${index + 1}`, prefix, queueArn })),
  ];
}

export function planIntegration(
  landing: Pick<Landing, "bucket" | "roleArn">,
  names: Names,
): StorageIntegration {
  return {
    key: "landing",
    name: names.storageIntegration(),
    roleArn: landing.roleArn,
    allowedLocations: [`s3://${landing.bucket}/`],
    comment: "Reads the landing bucket through a role that only this integration may assume.",
  };
}

export function planStage(
  landing: Pick<Landing, "bucket">,
  integration: StorageIntegration,
  names: Names,
): Stage {
  return {
    key: "raw.landing.files",
    ...names.object({ database: "raw", schema: LANDING_SCHEMA, name: "files" }),
    url: `s3://${landing.bucket}/`,
    integration: integration.name,
    comment: "The landing bucket.",
  };
}

/** Files that stay where they are; the directory table lists them. */
export function planDocumentStage(
  source: DocumentSource,
  landing: Pick<Landing, "bucket">,
  integration: StorageIntegration,
  names: Names,
): Stage {
  return {
    key: `raw.${source.key}.documents`,
    ...names.object({ database: "raw", schema: source.key, name: "documents" }),
    url: `s3://${landing.bucket}/${folderOf(source)}/`,
    integration: integration.name,
    directory: true,
    comment: source.description,
  };
}

/** Each line is one value, whatever it holds: no delimiter, no quotes, no escapes, no NULL texts. */
export function planLinesFormat(names: Names): FileFormat {
  return {
    key: "raw.landing.lines",
    ...names.object({ database: "raw", schema: LANDING_SCHEMA, name: "lines" }),
    type: "CSV",
    options: {
      compression: "AUTO",
      fieldDelimiter: "NONE",
      fieldOptionallyEnclosedBy: "NONE",
      escapeUnenclosedField: "NONE",
      skipBlankLines: true,
      replaceInvalidCharacters: true,
      emptyFieldAsNull: false,
      errorOnColumnCountMismatch: false,
      skipByteOrderMark: true,
      trimSpace: false,
      encoding: "UTF8",
    },
    comment: "Lines of text, one value each.",
  };
}
