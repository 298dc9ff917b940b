import { fullName } from "../../access/index.ts";
import type { CatalogObject } from "../../catalog/model.ts";
import type { StagedFile } from "../../session/context.ts";
import type { Value } from "../../session/outcome.ts";
import { number, varchar } from "../../types/data-type.ts";
import type { Env } from "./env.ts";
import type { Source } from "./from.ts";
import { rowsSource } from "./rows-source.ts";
import type { OutputColumn } from "./scope.ts";
import { directoryFiles } from "./staged-files.ts";
import type { DirectoryEntry } from "./stream-position.ts";
import { output } from "./table-function-arguments.ts";

export const DIRECTORY_COLUMNS: readonly OutputColumn[] = [
  output("RELATIVE_PATH", varchar(), false),
  output("SIZE", number(), false),
  output("LAST_MODIFIED", { kind: "TIMESTAMP_TZ", scale: 3 }, false),
  output("MD5", varchar()),
  output("ETAG", varchar()),
  output("FILE_URL", varchar(), false),
];

export const directoryEntry = (file: StagedFile): DirectoryEntry => [
  file.path,
  Number(file.size),
  Math.round(file.lastModified),
  file.md5 ?? null,
  file.etag ?? null,
];

/** `DIRECTORY(@stage)`: one row a file. Source: Snowflake documentation, "Query directory tables". */
export function compileDirectory(env: Env, location: string): Source {
  const { place, files } = directoryFiles(env, location);
  env.shared.usesData = true;
  const rows = files.map((file) => directoryRow(env, place.stage!, directoryEntry(file)));
  return rowsSource(DIRECTORY_COLUMNS, rows, ["DIRECTORY"]);
}

/** A row of the directory table. */
export function directoryRow(env: Env, stage: CatalogObject<"STAGE">, entry: DirectoryEntry): Value[] {
  const [path, size, lastModified, md5, etag] = entry;
  const { identity } = env.ctx.services;
  const base =
    `https://${identity.organization}-${identity.name}.snowflakecomputing.com/api/files/`.toLowerCase();
  const place = fullName(env.ctx, stage).split(".").join("/");
  return [
    path,
    BigInt(size),
    { epochNanos: BigInt(lastModified) * 1_000_000n, offsetMinutes: 0 },
    md5,
    etag ?? md5,
    `${base}${place}/${encodeURIComponent(path)}`,
  ];
}
