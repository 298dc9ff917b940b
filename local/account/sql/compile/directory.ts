import { fullName } from "../../access/index.ts";
import { number, varchar } from "../../types/data-type.ts";
import type { Env } from "./env.ts";
import type { Source } from "./from.ts";
import { rowsSource } from "./rows-source.ts";
import { directoryFiles } from "./staged-files.ts";
import { output } from "./table-function-arguments.ts";

/** `DIRECTORY(@stage)`: one row a file. Source: Snowflake documentation, "Query directory tables". */
export function compileDirectory(env: Env, location: string): Source {
  const { place, files } = directoryFiles(env, location);
  const columns = [
    output("RELATIVE_PATH", varchar(), false),
    output("SIZE", number(), false),
    output("LAST_MODIFIED", { kind: "TIMESTAMP_TZ", scale: 3 }, false),
    output("MD5", varchar()),
    output("ETAG", varchar()),
    output("FILE_URL", varchar(), false),
  ];
  const { identity } = env.ctx.services;
  const base =
    `https://${identity.organization}-${identity.name}.snowflakecomputing.com/api/files/`.toLowerCase();
  const stage = fullName(env.ctx, place.stage!).split(".").join("/");
  env.shared.usesData = true;
  const rows = files.map((file) => [
    file.path,
    BigInt(file.size),
    { epochNanos: BigInt(Math.round(file.lastModified)) * 1_000_000n, offsetMinutes: 0 },
    file.md5,
    file.etag ?? file.md5,
    `${base}${stage}/${encodeURIComponent(file.path)}`,
  ]);
  return rowsSource(columns, rows, ["DIRECTORY"]);
}
