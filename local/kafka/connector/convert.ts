import { isUtf8 } from "node:buffer";
import type { ConverterName } from "./config.ts";

/** A value as JSON text that fits on one line, or null where the record has none. */
export type Converted = string | null;

/** A key or a value that its converter refuses; such a record is a dead letter. */
export class ConversionError extends Error {
  readonly part: "KEY" | "VALUE";
  readonly converter: ConverterName;

  constructor(part: "KEY" | "VALUE", converter: ConverterName, message: string) {
    super(message);
    this.part = part;
    this.converter = converter;
  }
}

/** The Java class of a converter, for the headers of dead letters. */
export const CONVERTER_CLASSES: Record<ConverterName, string> = {
  json: "org.apache.kafka.connect.json.JsonConverter",
  string: "org.apache.kafka.connect.storage.StringConverter",
  bytes: "org.apache.kafka.connect.converters.ByteArrayConverter",
};

/** The bytes of a record as JSON text. Throws ConversionError. */
export function convert(converter: ConverterName, bytes: Buffer | null, part: "KEY" | "VALUE"): Converted {
  if (bytes === null) return null;
  switch (converter) {
    case "json":
      return json(bytes, part);
    case "string":
      return JSON.stringify(bytes.toString("utf8"));
    case "bytes":
      return JSON.stringify(bytes.toString("base64"));
  }
}

function json(bytes: Buffer, part: "KEY" | "VALUE"): Converted {
  if (!isUtf8(bytes)) throw new ConversionError(part, "json", "invalid UTF-8 in the record");
  const text = bytes.toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConversionError(
      part,
      "json",
      `not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (value === null) return null;
  // The record's own text keeps the digits of its numbers; only what spans lines is written anew.
  return text.includes("\n") || text.includes("\r") ? JSON.stringify(value) : text;
}
