/** An object that was made in a bucket, from the notification that S3 sends. */
export interface CreatedObject {
  bucket: string;
  key: string;
  size: number;
  etag: string;
  /** Milliseconds. */
  eventTime: number;
}

interface S3Record {
  eventName?: string;
  eventTime?: string;
  s3?: { bucket?: { name?: string }; object?: { key?: string; size?: number; eTag?: string } };
}

/**
 * The created objects of one queue message; also when SNS wrapped it. Test events, removals and anything else give
 * none: such messages are done with.
 */
export function parseS3Event(body: string): CreatedObject[] {
  let event: { Records?: S3Record[]; Message?: string };
  try {
    event = JSON.parse(body) as typeof event;
  } catch {
    return [];
  }
  if (typeof event !== "object" || event === null) return [];
  if (event.Records === undefined && typeof event.Message === "string") return parseS3Event(event.Message);
  const found: CreatedObject[] = [];
  for (const record of Array.isArray(event.Records) ? event.Records : []) {
    const bucket = record.s3?.bucket?.name;
    const key = record.s3?.object?.key;
    if (!bucket || !key || !record.eventName?.replace(/^s3:/, "").startsWith("ObjectCreated:")) continue;
    found.push({
      bucket,
      // Keys come form-encoded: blanks as plus signs.
      key: decodeURIComponent(key.replaceAll("+", " ")),
      size: record.s3?.object?.size ?? 0,
      etag: (record.s3?.object?.eTag ?? "").replaceAll('"', ""),
      eventTime: Date.parse(record.eventTime ?? "") || 0,
    });
  }
  return found;
}
