// Imports go one way (docs/ARCHITECTURE.md, "Folders"). Each rule names a folder and what it may not reach.
const outside = (allowed) =>
  `^(?!(${allowed.join("|")})/)(cli|infra|roles|pipelines|policy|cost|review|local|tests|bench)/`;
const rule = (name, from, allowed) => ({
  name,
  severity: "error",
  comment: `${from}/ may import only ${allowed.join(", ")}`,
  from: { path: `^${from}/` },
  to: { path: outside(allowed) },
});

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    rule("local-stands-alone", "local", ["local"]),
    rule("infra-imports", "infra", ["infra", "roles", "pipelines", "cost"]),
    rule("roles-imports", "roles", ["roles", "infra"]),
    rule("pipelines-imports", "pipelines", ["pipelines", "roles", "infra"]),
    rule("cost-imports", "cost", ["cost", "infra"]),
    rule("policy-imports", "policy", ["policy", "cost", "infra"]),
    rule("review-imports", "review", ["review", "policy", "cost", "infra", "roles", "pipelines"]),
    {
      name: "pure-files-make-no-resources",
      severity: "error",
      comment: "only declare.ts and the program touch Pulumi",
      from: {
        path: "^(infra|roles|pipelines|cost)/",
        pathNot: "(declare[^/]*|infra/index|infra/config/read-stack)\\.ts$",
      },
      to: { path: "node_modules/@pulumi" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".mjs", ".js"],
      conditionNames: ["node", "import", "require", "types"],
    },
  },
};
