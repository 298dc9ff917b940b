/** Two sources must not read the same files: a file would be loaded twice, or counted by the wrong contract. */
import type { Problems } from "../../infra/errors.ts";
import { type DocumentSource, type FileSource, folderOf, prefixOf } from "./source.ts";

export interface Claim {
  by: string;
  prefix: string;
}

export function claimsOf(sources: readonly (FileSource | DocumentSource)[]): Claim[] {
  return sources.flatMap((source) =>
    source.kind === "documents"
      ? [{ by: source.key, prefix: `${folderOf(source)}/` }]
      : source.objects.map((object) => ({
          by: `${source.key}.${object.name}`,
          prefix: prefixOf(source, object),
        })),
  );
}

/** Event notification configurations of one bucket (Amazon S3, General purpose bucket quotas). */
export const MOST_NOTIFICATIONS = 100;

const overlap = (one: string, other: string): boolean => one.startsWith(other) || other.startsWith(one);

/** Every two claims of which one's prefix begins with the other's. */
export function overlaps(claims: readonly Claim[]): [Claim, Claim][] {
  const sorted = [...claims].sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
  return sorted.flatMap((one, index) =>
    sorted
      .slice(index + 1)
      .filter((other) => other.prefix.startsWith(one.prefix))
      .map((other): [Claim, Claim] => [one, other]),
  );
}

/**
 * Refuses overlapping sources, and notifications of others that overlap ours: S3 takes two configurations for one
 * event only where their prefixes do not overlap (Amazon S3, Configuring event notifications using object key name
 * filtering), and Snowflake's pipes would lose their events to the newer one.
 */
export function refuseOverlaps(
  claims: readonly Claim[],
  others: readonly { prefix: string }[],
  stackFile: string,
  problems: Problems,
): void {
  for (const [one, other] of overlaps(claims))
    problems.add({
      code: "SOURCE",
      file: stackFile,
      path: "firn:sources",
      message: `${one.by} and ${other.by} read the same files`,
      given: `${one.prefix} and ${other.prefix}`,
      allowed: "prefixes of which none begins with another",
      hint: "Give one of them another folder, or another name.",
    });
  const wanted = claims.length + others.length;
  if (wanted > MOST_NOTIFICATIONS)
    problems.add({
      code: "SOURCE",
      file: stackFile,
      path: "firn:sources",
      message: "a bucket tells of new objects by no more prefixes (Amazon S3 quotas)",
      given: `${wanted} prefixes`,
      allowed: `${MOST_NOTIFICATIONS}`,
    });
  others.forEach((other, index) => {
    const earlier = others.slice(0, index).findIndex((one) => overlap(one.prefix, other.prefix));
    if (earlier >= 0)
      problems.add({
        code: "SOURCE",
        file: stackFile,
        path: `firn:landing.notifications.${index}.prefix`,
        message: `overlaps notifications.${earlier}: S3 takes one configuration for a prefix and event`,
        given: `${JSON.stringify(other.prefix)} and ${JSON.stringify(others[earlier]!.prefix)}`,
        allowed: "prefixes of which none begins with another",
      });
    const conflict = claims.find((claim) => overlap(claim.prefix, other.prefix));
    if (conflict === undefined) return;
    problems.add({
      code: "SOURCE",
      file: stackFile,
      path: `firn:landing.notifications.${index}.prefix`,
      message: `S3 would have to tell two of the same files, and refuses: ${conflict.by} is loaded from ${conflict.prefix}`,
      given: JSON.stringify(other.prefix),
      allowed: "a prefix that no source reads",
    });
  });
}
