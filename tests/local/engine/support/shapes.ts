// Two descriptions of the same resources brought to one form: what the npm SDK's types say, and what a provider's
// schema says.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** Name, whether it must be given, and its type with nested objects written out. */
export interface Property {
  required: boolean;
  type: Shape;
}

export type Shape =
  | { kind: "string" | "number" | "boolean" | "any" }
  | { kind: "array" | "map"; of: Shape }
  | { kind: "object"; properties: Record<string, Property> };

/** Resource name (`AccountRole`) or "Provider" → its inputs. */
export type Shapes = Record<string, Record<string, Property>>;

/** Reads every `<Resource>Args` interface of an SDK's declaration files. */
export function readSdk(folder: string): Shapes {
  const nested = interfacesOf(join(folder, "types", "input.d.ts"));
  const shapes: Shapes = {};
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".d.ts"))) {
    const source = readFileSync(join(folder, file), "utf8");
    const name = /export declare class (\w+) extends pulumi\.(?:CustomResource|ProviderResource)/.exec(
      source,
    )?.[1];
    if (name === undefined) continue;
    const args = interfacesOf(join(folder, file)).get(`${name}Args`);
    if (args !== undefined) shapes[name] = membersOf(args, nested);
  }
  return shapes;
}

function interfacesOf(file: string): Map<string, ts.InterfaceDeclaration> {
  const found = new Map<string, ts.InterfaceDeclaration>();
  const source = ts.sys.readFile(file);
  if (source === undefined) return found;
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node)) found.set(node.name.text, node);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true));
  return found;
}

function membersOf(
  declaration: ts.InterfaceDeclaration,
  nested: Map<string, ts.InterfaceDeclaration>,
): Record<string, Property> {
  const properties: Record<string, Property> = {};
  for (const member of declaration.members) {
    if (!ts.isPropertySignature(member) || member.type === undefined) continue;
    properties[member.name.getText()] = {
      required: member.questionToken === undefined,
      type: shapeOf(member.type, nested),
    };
  }
  return properties;
}

function shapeOf(type: ts.TypeNode, nested: Map<string, ts.InterfaceDeclaration>): Shape {
  if (ts.isTypeReferenceNode(type)) {
    const name = type.typeName.getText();
    const [argument] = type.typeArguments ?? [];
    if (name === "pulumi.Input" && argument !== undefined) return shapeOf(argument, nested);
    const declaration = nested.get(name.split(".").at(-1) ?? "");
    if (declaration !== undefined) return { kind: "object", properties: membersOf(declaration, nested) };
  }
  if (ts.isUnionTypeNode(type)) {
    const given = type.types.filter((member) => member.kind !== ts.SyntaxKind.UndefinedKeyword);
    if (given.length === 1 && given[0] !== undefined) return shapeOf(given[0], nested);
  }
  if (ts.isArrayTypeNode(type)) return { kind: "array", of: shapeOf(type.elementType, nested) };
  if (ts.isTypeLiteralNode(type)) {
    const [index] = type.members;
    if (index !== undefined && ts.isIndexSignatureDeclaration(index)) {
      return { kind: "map", of: shapeOf(index.type, nested) };
    }
  }
  switch (type.kind) {
    case ts.SyntaxKind.StringKeyword:
      return { kind: "string" };
    case ts.SyntaxKind.NumberKeyword:
      return { kind: "number" };
    case ts.SyntaxKind.BooleanKeyword:
      return { kind: "boolean" };
    default:
      return { kind: "any" };
  }
}

interface SchemaType {
  type?: string;
  $ref?: string;
  items?: SchemaType;
  additionalProperties?: SchemaType;
}

interface SchemaObject {
  properties?: Record<string, SchemaType>;
  required?: string[];
}

export interface PackageSchema {
  version: string;
  provider: { inputProperties: Record<string, SchemaType>; requiredInputs?: string[] };
  resources: Record<string, { inputProperties?: Record<string, SchemaType>; requiredInputs?: string[] }>;
  types?: Record<string, SchemaObject>;
}

/** The inputs of every resource of a Pulumi package schema, nested types written out. */
export function readSchema(schema: PackageSchema): Shapes {
  const shapes: Shapes = {
    Provider: propertiesOf(schema, schema.provider.inputProperties, schema.provider.requiredInputs),
  };
  for (const [token, resource] of Object.entries(schema.resources)) {
    const name = token.split(":").at(-1) ?? token;
    shapes[name] = propertiesOf(schema, resource.inputProperties, resource.requiredInputs);
  }
  return shapes;
}

function propertiesOf(
  schema: PackageSchema,
  properties: Record<string, SchemaType> = {},
  required: string[] = [],
): Record<string, Property> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, type]) => [
      name,
      { required: required.includes(name), type: schemaShape(schema, type) },
    ]),
  );
}

function schemaShape(schema: PackageSchema, type: SchemaType): Shape {
  if (type.$ref !== undefined) {
    const object = schema.types?.[type.$ref.replace("#/types/", "")];
    if (object === undefined) return { kind: "any" };
    return { kind: "object", properties: propertiesOf(schema, object.properties, object.required) };
  }
  switch (type.type) {
    case "array":
      return { kind: "array", of: schemaShape(schema, type.items ?? {}) };
    case "object":
      return { kind: "map", of: schemaShape(schema, type.additionalProperties ?? {}) };
    case "integer":
    case "number":
      return { kind: "number" };
    case "string":
    case "boolean":
      return { kind: type.type };
    default:
      return { kind: "any" };
  }
}

/** One line for each place where the SDK and the provider do not say the same. */
export function differences(
  sdk: Record<string, Property>,
  schema: Record<string, Property>,
  path: string,
): string[] {
  const found: string[] = [];
  for (const [name, property] of Object.entries(sdk)) {
    const other = schema[name];
    if (other === undefined) found.push(`${path}.${name}: the provider does not know it`);
    else found.push(...typeDifferences(property.type, other.type, `${path}.${name}`));
  }
  for (const [name, property] of Object.entries(schema)) {
    if (sdk[name] === undefined) found.push(`${path}.${name}: the SDK does not know it`);
    else if (property.required && !sdk[name].required) {
      found.push(`${path}.${name}: the provider requires it, the SDK does not`);
    }
  }
  return found;
}

function typeDifferences(sdk: Shape, schema: Shape, path: string): string[] {
  if (sdk.kind !== schema.kind) return [`${path}: ${sdk.kind} in the SDK, ${schema.kind} in the provider`];
  if (sdk.kind === "object" && schema.kind === "object") {
    return differences(sdk.properties, schema.properties, path);
  }
  if ("of" in sdk && "of" in schema) return typeDifferences(sdk.of, schema.of, `${path}[]`);
  return [];
}
