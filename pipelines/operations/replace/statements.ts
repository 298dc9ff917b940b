/** Pipes and streams as the provider makes them, to be made anew in place of the old ones. */
import { literal } from "../../../infra/literal.ts";
import { quotedObject } from "../../../infra/names.ts";
import type { Pipe, Stream } from "../../../infra/platform.ts";

export const createOrReplacePipe = (pipe: Pipe): string =>
  [
    `CREATE OR REPLACE PIPE ${quotedObject(pipe)}`,
    "AUTO_INGEST = TRUE",
    `COMMENT = ${literal(pipe.comment)}`,
    `AS ${pipe.copy}`,
  ].join("\n");

export const createOrReplaceStream = (stream: Stream): string =>
  [
    `CREATE OR REPLACE STREAM ${quotedObject(stream)} ON TABLE ${quotedObject(stream.table)}`,
    `APPEND_ONLY = ${stream.appendOnly ? "TRUE" : "FALSE"}`,
    "SHOW_INITIAL_ROWS = TRUE",
    `COMMENT = ${literal(stream.comment)}`,
  ].join("\n");

/** Statements as a comparison takes them: white space of any kind and length is one space, a final `;` is nothing. */
export const sameStatement = (left: string, right: string): boolean => squeezed(left) === squeezed(right);
const squeezed = (text: string): string => text.trim().replace(/;$/, "").split(/\s+/).join(" ").trim();
