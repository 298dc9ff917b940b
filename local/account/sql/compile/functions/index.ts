/** Loads every family, so that the registry is full. */
import "./aggregate.ts";
import "./array.ts";
import "./base64.ts";
import "./compression.ts";
import "./conditional.ts";
import "./context.ts";
import "./conversion.ts";
import "./date.ts";
import "./hash.ts";
import "./map.ts";
import "./numeric.ts";
import "./parsing.ts";
import "./random.ts";
import "./regexp.ts";
import "./semi-structured.ts";
import "./sketches.ts";
import "./string.ts";
import "./vector.ts";
import "./system.ts";
import "./window.ts";
import "./xml.ts";

export { allFunctions, findFunction } from "./registry.ts";
export { registerSystemFunction, type SystemFunction } from "./system.ts";
