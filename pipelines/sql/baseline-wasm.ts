/**
 * Keeps V8 from compiling WebAssembly a second time, optimised. The SQL parser is 22 MB of it, and a run parses for some
 * tenths of a second: the optimised code came too late and took 2.4 of 3.9 seconds of processor time. Up to a thousand
 * models the baseline code alone is cheaper. Import it before what instantiates the parser.
 */
import { setFlagsFromString } from "node:v8";

for (const flag of ["--no-wasm-tier-up", "--no-wasm-dynamic-tiering"]) setFlagsFromString(flag);
