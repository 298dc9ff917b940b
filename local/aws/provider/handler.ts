import type { Aws } from "./aws.ts";
import type { Json, Properties } from "./values.ts";

/** How one input property behaves. Every default is "no". */
export interface PropertyRule {
  required?: boolean;
  /** A change makes a new resource. */
  replaces?: boolean;
  /** The value that AWS has when none is given. */
  default?: Json;
  /** AWS chooses a value when none is given, so that its absence is never a change. */
  computed?: boolean;
  /** The text of a JSON document, compared by its meaning. */
  json?: boolean;
  /** A list without an order. */
  set?: boolean;
  /** A map of which every entry is the program's: what AWS has beyond it is a change. */
  exact?: boolean;
  /** AWS does not tell it back; the state keeps what was given. */
  inputOnly?: boolean;
}

/** One resource type: what the official provider calls its properties, and what to do with AWS. */
export interface Handler {
  /** Pulumi's type token. */
  type: string;
  /** For messages, e.g. "S3 bucket". */
  noun: string;
  inputs: Record<string, PropertyRule>;
  /** Properties that only AWS knows. */
  outputs: readonly string[];
  /** The property that is drawn from the resource's name when it is not given, and how long it may be. */
  autoname?: {
    property: string;
    maxLength: number;
    prefix?: string;
    suffixWhen?: [property: string, suffix: string];
  };
  /** True when it has tags; `create`, `apply` and `read` then see all of them as `tagsAll`. */
  tagged?: boolean;
  /** Makes the thing and returns its id. */
  create(aws: Aws, inputs: Properties): Promise<string>;
  /** Sets what can change; called after `create` (before is undefined) and for an update. */
  apply?(aws: Aws, id: string, inputs: Properties, before: Properties | undefined): Promise<void>;
  /** What exists, by property name, or undefined when it does not. `state` is what was known of it. */
  read(aws: Aws, id: string, state: Properties): Promise<Partial<Properties> | undefined>;
  remove(aws: Aws, id: string, state: Properties): Promise<void>;
}

/** A function of the provider: what it is called with to what it yields. */
export type ProviderFunction = (aws: Aws, args: Properties) => Promise<Properties>;

/** The rules of a type's inputs, tags among them. */
export function rulesOf(handler: Handler): Record<string, PropertyRule> {
  return handler.tagged ? { ...handler.inputs, tags: { exact: true } } : handler.inputs;
}

/** Every input and output name of a type. */
export function propertyNames(handler: Handler): string[] {
  return [...Object.keys(rulesOf(handler)), ...handler.outputs, ...(handler.tagged ? ["tagsAll"] : [])];
}

/** The text of a property; "" when it is not given. */
export function text(properties: Partial<Properties>, name: string): string {
  const value = properties[name];
  return value === undefined || value === null ? "" : String(value);
}

/** The number of a property, also when given as text. */
export function number(properties: Partial<Properties>, name: string): number | undefined {
  const value = text(properties, name);
  return value === "" ? undefined : Number(value);
}

export function flag(properties: Partial<Properties>, name: string): boolean {
  return text(properties, name) === "true";
}

/** The elements of a list property, each an object. */
export function list(properties: Partial<Properties>, name: string): Properties[] {
  const value = properties[name];
  return Array.isArray(value) ? (value as Properties[]) : [];
}

export function object(properties: Partial<Properties>, name: string): Properties | undefined {
  const value = properties[name];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}

/** The object without its undefined members: what AWS gives back has them, a Struct must not. */
export function present(value: Record<string, Json | undefined>): Properties {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Properties;
}
