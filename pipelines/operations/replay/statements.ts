/**
 * The statements of a replay. A row of RAW is known by its file and its line, so what is missing can be added whatever
 * a load history still remembers: rows that are there are never written again, and streams see only what was added.
 */
import { literal } from "../../../infra/literal.ts";
import { quoted, quotedObject } from "../../../infra/names.ts";
import type { Pipe } from "../../../infra/platform.ts";
import { type Batch, dayFolder } from "./plan.ts";

/** Rows that RAW holds of each file of a folder, and when the file was written as they know it. */
export const presentRows = (pipe: Pipe, day: string): string =>
  [
    "SELECT FILE_NAME, COUNT(*) AS ROW_COUNT, DATE_PART(EPOCH_SECOND, MAX(FILE_LAST_MODIFIED)) AS WRITTEN_AT",
    `FROM ${quotedObject(pipe)}`,
    `WHERE ${inFolder(pipe, day)}`,
    "GROUP BY FILE_NAME",
  ].join("\n");

/** A range of names rather than a pattern, so that partitions are pruned. */
function inFolder(pipe: Pipe, day: string): string {
  const folder = dayFolder(pipe, day);
  const after = folder.slice(0, -1) + String.fromCharCode(folder.charCodeAt(folder.length - 1) + 1);
  return `FILE_NAME >= ${literal(folder)} AND FILE_NAME < ${literal(after)}`;
}

/** Adds the lines of a batch's files that RAW lacks. Staged files are read as the pipe's COPY reads them. */
export function insertMissing(pipe: Pipe, batch: Batch): string {
  const { load } = pipe;
  const columns = load.columns.map((name) => quoted(name));
  const selected = load.selected.map((text, index) => `${text} AS ${columns[index]}`).join(", ");
  return [
    `INSERT INTO ${quotedObject(pipe)} (${columns.join(", ")})`,
    `SELECT ${columns.map((name) => `staged.${name}`).join(", ")}`,
    "FROM (",
    `  SELECT ${selected}`,
    `  FROM @${quotedObject(load.stage)}/${dayFolder(pipe, batch.day)}`,
    `  (FILE_FORMAT => ${literal(quotedObject(load.format))}, PATTERN => ${literal(patternOf(batch))})`,
    ") AS staged",
    "LEFT JOIN (",
    `  SELECT FILE_NAME, FILE_ROW_NUMBER FROM ${quotedObject(pipe)} WHERE ${inFolder(pipe, batch.day)}`,
    ") AS present",
    "  ON present.FILE_NAME = staged.FILE_NAME AND present.FILE_ROW_NUMBER = staged.FILE_ROW_NUMBER",
    "WHERE present.FILE_NAME IS NULL",
  ].join("\n");
}

/** Exactly the batch's files: one that lands meanwhile is left to its pipe. */
function patternOf(batch: Batch): string {
  const names = batch.files.map((file) => escaped(file.key.slice(file.key.lastIndexOf("/") + 1)));
  return `.*/(${names.join("|")})`;
}

/** In brackets, for a backslash would pass through a string literal too; what brackets cannot hold matches anything. */
const escaped = (name: string): string =>
  name.replace(/[^A-Za-z0-9_=-]/g, (character) => (/[\\\]^]/.test(character) ? "." : `[${character}]`));

/** Hands files to the pipe that it may have missed; those that it loaded within its memory are skipped by it. */
export const refreshPipe = (pipe: Pipe, prefix: string): string =>
  `ALTER PIPE ${quotedObject(pipe)} REFRESH PREFIX = ${literal(prefix)}`;
