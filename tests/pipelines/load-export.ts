/** Generated deliveries as rows of raw tables, as pipes and connectors would write them. */
import type { EventBatch, ExportFile } from "../../local/data/generate.ts";

const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;

/** Every line, its JSON where it is some, and where it came from. */
export function insertFile(table: string, file: ExportFile): string {
  const lines = file.lines.toString("utf8").trimEnd().split("\n");
  const rows = lines.map((line, index) => `(${quoted(line)}, ${index + 1})`);
  return `INSERT INTO ${table} (record, line, file_name, file_row_number, loaded_at)
    SELECT CASE WHEN CHECK_JSON(column1) IS NULL THEN PARSE_JSON(column1) END, column1, ${quoted(file.key)}, column2, CURRENT_TIMESTAMP()
    FROM VALUES ${rows.join(", ")}`;
}

/** Records that are JSON, with a place in the topic; the others would be dead letters. */
export function insertEvents(table: string, batch: EventBatch, firstOffset: number): string {
  const rows = batch
    .messages()
    .map(({ value }, index) => `(${quoted(String(value))}, ${firstOffset + index})`);
  return `INSERT INTO ${table} (record_content, record_metadata)
    SELECT PARSE_JSON(column1), OBJECT_CONSTRUCT('topic', 't', 'partition', 0, 'offset', column2)
    FROM VALUES ${rows.join(", ")} WHERE CHECK_JSON(column1) IS NULL`;
}
