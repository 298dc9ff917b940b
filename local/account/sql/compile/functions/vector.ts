import { printDataType } from "../../../types/data-type.ts";
import { invalidArguments } from "../operators.ts";
import { type Typed, typed } from "../typed.ts";
import { define } from "./registry.ts";

/** Distances of vectors. Source: Snowflake documentation, "Vector functions". */
const distance = (name: string, emit: (a: string, b: string) => string) =>
  define("numeric", name, ["any", "any"], (args) => {
    const [a, b] = args as [Typed, Typed];
    if (a.type.kind !== "VECTOR" || printDataType(a.type) !== printDataType(b.type))
      throw invalidArguments(name, [a, b]);
    const { dimension } = a.type;
    const wide = (value: Typed) => `CAST(${value.sql} AS DOUBLE[${dimension}])`;
    return typed(emit(wide(a), wide(b)), { kind: "FLOAT" }, a.nullable || b.nullable);
  });

distance("VECTOR_COSINE_SIMILARITY", (a, b) => `array_cosine_similarity(${a}, ${b})`);
distance("VECTOR_INNER_PRODUCT", (a, b) => `array_inner_product(${a}, ${b})`);
distance("VECTOR_L2_DISTANCE", (a, b) => `array_distance(${a}, ${b})`);
distance(
  "VECTOR_L1_DISTANCE",
  (a, b) => `list_sum(list_transform(list_zip(${a}, ${b}), p -> abs(p[1] - p[2])))`,
);
