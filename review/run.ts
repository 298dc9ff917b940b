import type { Measured } from "../cost/measured.ts";
import { loadPriceBook } from "../cost/price-book.ts";
import { loadUsage } from "../cost/usage.ts";
import type { PolicyConfig } from "../policy/config.ts";
import { PolicyConfigError, policyConfigOf, readPolicyConfig } from "../policy/read-config.ts";
import { type Query, readStakes } from "./at-stake.ts";
import { parsePreview } from "./engine-preview.ts";
import { readHistory } from "./history.ts";
import { measuredInBoth } from "./measured-scope.ts";
import { type Review, reviewPlatform } from "./review.ts";
import { movedAssumptions } from "./revision/assumptions.ts";
import { defaultBase, git, UnreadableRevision } from "./revision/git.ts";
import { type LoadedPlatform, loadRevision, loadWorkingTree } from "./revision/load.ts";

export interface RunReviewOptions {
  root: string;
  stack: string;
  /** A git revision; by default where the branch left main. */
  base?: string;
  /** A git revision; by default the working tree. */
  head?: string;
  cacheDir?: string;
  /** Decides which waivers hold. */
  now: Date;
  /** Takes the place of assumptions about use, where it holds at both revisions. */
  measured?: Measured;
  /** Asks the stack's account what is at stake; without it nothing is asked. */
  query?: Query;
  /** Runs the engine's preview and gives what it printed as JSON; without it the engine is not run. */
  preview?(): Promise<string>;
}

/** Reads both revisions and reviews them. A base that cannot be read is said in the review; a head that cannot is thrown. */
export async function runReview(options: RunReviewOptions): Promise<Review> {
  const { root, stack, cacheDir } = options;
  const base = (async (): Promise<LoadedPlatform | UnreadableRevision> => {
    try {
      return await loadRevision({ root, stack, cacheDir, ref: options.base ?? (await defaultBase(root)) });
    } catch (error) {
      if (error instanceof UnreadableRevision) return error;
      throw error;
    }
  })();
  const [before, head] = await Promise.all([
    base,
    options.head === undefined
      ? loadWorkingTree(root, stack, cacheDir)
      : loadRevision({ root, stack, cacheDir, ref: options.head }),
  ]);
  const readable = before instanceof UnreadableRevision ? undefined : before;
  const measured = options.measured && measuredInBoth(options.measured, readable?.platform, head.platform);
  const review = reviewPlatform({
    base: readable?.platform,
    head: head.platform,
    book: loadPriceBook(),
    usage: loadUsage(stack),
    estimate: measured && { measured: measured.measured },
    policy: {
      config:
        options.head === undefined
          ? readPolicyConfig(root, stack)
          : ((await policyAt(root, stack, options.head)) ?? readPolicyConfig(root, stack)),
      base: readable && (await policyAt(root, stack, options.base ?? (await defaultBase(root)))),
      today: options.now.toISOString().slice(0, 10),
    },
    baseLabel: readable?.label ?? options.base ?? "the base",
    headLabel: head.label,
    unread: [
      ...(before instanceof UnreadableRevision
        ? [`The base could not be read: ${before.message}.`]
        : (readable?.unread ?? [])),
      ...head.unread,
      ...(measured?.left ?? []).map(
        (name) =>
          `${name} was measured as it was before this change; assumptions are taken for it on both sides.`,
      ),
    ],
  });
  const unread = [...review.unread];
  if (readable && options.head === undefined)
    unread.push(...(await movedAssumptions(root, stack, options.base ?? (await defaultBase(root)))));
  if (options.query) {
    const stakes = await readStakes(review.risks, options.query);
    review.risks = stakes.risks;
    unread.push(...stakes.unread);
    if (readable) {
      const history = await readHistory(readable.platform, head.platform, review.meaning, options.query);
      review.meaning = history.meaning;
      unread.push(...history.unread);
    }
  }
  if (options.preview) {
    try {
      review.preview = parsePreview(await options.preview());
    } catch (error) {
      unread.push(
        `The engine's preview could not be read: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}.`,
      );
    }
  }
  return { ...review, unread };
}

/** A revision's own limits; undefined where it has no such stack, or they cannot be read. */
async function policyAt(root: string, stack: string, ref: string): Promise<PolicyConfig | undefined> {
  const file = `Pulumi.${stack}.yaml`;
  try {
    return policyConfigOf(await git(root, "show", `${ref}:./${file}`), `${file} of ${ref}`);
  } catch (error) {
    if (error instanceof UnreadableRevision || error instanceof PolicyConfigError) return undefined;
    throw error;
  }
}
