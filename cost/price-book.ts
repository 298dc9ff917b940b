import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { type Figure, noPrice, type Source } from "./figure.ts";

const amount = z.number().nonnegative();
const day = z.iso.date();
const tier = z.strictObject({ upTo: z.number().positive().optional(), value: amount });

const entrySchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9]+([.-][a-z0-9]+)*$/),
    unit: z.string().min(1),
    source: z.string(),
    terms: z.enum(["on-demand", "contract"]).optional(),
    clouds: z.array(z.enum(["aws", "azure", "gcp"])).optional(),
    regions: z.union([z.string(), z.array(z.string())]).optional(),
    value: amount.optional(),
    variants: z.record(z.string(), amount).optional(),
    tiers: z.record(z.string(), z.array(tier).min(1)).optional(),
  })
  .refine((entry) => entry.value !== undefined || entry.variants || entry.tiers, {
    message: "needs a value, variants or tiers",
  });

const bookSchema = z
  .strictObject({
    version: day,
    currency: z.literal("USD"),
    terms: z.enum(["on-demand", "contract"]),
    sources: z.record(z.string(), z.strictObject({ title: z.string().min(1), effective: day })),
    regionGroups: z.record(z.string(), z.array(z.string())),
    entries: z.array(entrySchema),
  })
  .superRefine((book, context) => {
    book.entries.forEach((entry, index) => {
      if (!book.sources[entry.source])
        context.addIssue({
          code: "custom",
          path: ["entries", index, "source"],
          message: `no source is called ${entry.source}`,
        });
      if (typeof entry.regions === "string" && !book.regionGroups[entry.regions])
        context.addIssue({
          code: "custom",
          path: ["entries", index, "regions"],
          message: `no region group is called ${entry.regions}`,
        });
      for (const [name, tiers] of Object.entries(entry.tiers ?? {})) {
        const bounds = tiers.map((each) => each.upTo ?? Number.MAX_VALUE);
        if (bounds.some((bound, at) => at > 0 && bound <= (bounds[at - 1] ?? 0)) || tiers.at(-1)?.upTo)
          context.addIssue({
            code: "custom",
            path: ["entries", index, "tiers", name],
            message: "tiers rise, and the last has no upper end",
          });
      }
    });
  });

export type PriceBook = z.infer<typeof bookSchema>;
type Entry = PriceBook["entries"][number];
export type Terms = PriceBook["terms"];

/** What a price depends on, besides its id. `variant` is a size, a storage class, an edition. */
export interface PriceQuery {
  variant?: string;
  region?: string;
  cloud?: "aws" | "azure" | "gcp";
  terms?: Terms;
}

export interface Tier {
  upTo?: number;
  value: number;
}

/** Validates a price book's data; throws a ZodError that names entry and field. */
export const parsePriceBook = (data: unknown): PriceBook => bookSchema.parse(data);

/** The project's own price book, or one from another file (YAML). */
export function loadPriceBook(file: string | URL = new URL("./price-book.yaml", import.meta.url)): PriceBook {
  return parsePriceBook(parse(readFileSync(file, "utf8")));
}

/** The list book with a contract's prices laid over it: entries of the contract are asked with `terms: "contract"`. */
export function withContract(book: PriceBook, contract: Pick<PriceBook, "sources" | "entries">): PriceBook {
  return parsePriceBook({
    ...book,
    sources: { ...book.sources, ...contract.sources },
    entries: [...book.entries, ...contract.entries.map((entry) => ({ ...entry, terms: "contract" }))],
  });
}

/** The price or constant as a leaf figure; where the book has none, a figure whose value is `no-price` and says why. */
export function priceOf(book: PriceBook, id: string, query: PriceQuery = {}): Figure {
  const found = findEntry(book, id, query);
  if (typeof found === "string") return noPrice(id, "", found);
  const label = query.variant ? `${id} ${query.variant}` : id;
  const number =
    query.variant === undefined
      ? found.value
      : (found.variants?.[query.variant] ?? found.tiers?.[query.variant]?.[0]?.value);
  if (number === undefined)
    return noPrice(
      label,
      found.unit,
      `price book ${book.version} has no ${id} for ${query.variant ?? "no variant"} (it has ${variantsOf(found).join(", ") || "one price only"})`,
    );
  return { label, unit: found.unit, value: { kind: "number", number }, source: sourceOf(book, found) };
}

/** The quantity tiers of a price, lowest first; undefined where the price has no tiers. */
export function tiersOf(
  book: PriceBook,
  id: string,
  query: PriceQuery & { variant: string },
): Tier[] | undefined {
  const found = findEntry(book, id, query);
  return typeof found === "string" ? undefined : found.tiers?.[query.variant];
}

function findEntry(book: PriceBook, id: string, query: PriceQuery): Entry | string {
  const named = book.entries.filter((entry) => entry.id === id);
  if (named.length === 0) return `price book ${book.version} has no entry ${id}`;
  const terms = query.terms ?? "on-demand";
  const inTerms = named.filter(
    (entry) => (entry.terms ?? book.terms) === terms || entry.unit.startsWith("credits"),
  );
  if (inTerms.length === 0) return `price book ${book.version} has no ${terms} price for ${id}`;
  const here = inTerms.filter((entry) => holdsIn(book, entry, query));
  if (here.length === 0)
    return `price book ${book.version} has no ${id} for ${[query.cloud, query.region ?? "an unnamed region"].filter(Boolean).join(" ")}`;
  return here.find((entry) => hasVariant(entry, query.variant)) ?? (here[0] as Entry);
}

function holdsIn(book: PriceBook, entry: Entry, query: PriceQuery): boolean {
  if (entry.clouds && !(query.cloud && entry.clouds.includes(query.cloud))) return false;
  if (entry.regions === undefined) return true;
  const regions = typeof entry.regions === "string" ? book.regionGroups[entry.regions] : entry.regions;
  return query.region !== undefined && (regions ?? []).includes(query.region);
}

const hasVariant = (entry: Entry, variant: string | undefined): boolean =>
  variant === undefined ? entry.value !== undefined : variantsOf(entry).includes(variant);

const variantsOf = (entry: Entry): string[] => [
  ...Object.keys(entry.tiers ?? {}),
  ...Object.keys(entry.variants ?? {}),
];

function sourceOf(book: PriceBook, entry: Entry): Source {
  const source = book.sources[entry.source];
  return {
    kind: entry.unit.startsWith("USD") || entry.unit.startsWith("credits") ? "price-book" : "rule",
    title: source?.title ?? entry.source,
    effective: source?.effective,
  };
}
