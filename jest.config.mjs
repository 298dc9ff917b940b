// Tests mirror the code under tests/. Two projects: `unit` (no services, no engine) and `wire`
// (real servers on loopback ports of the kernel's choosing, the real engine in tests/e2e).
const base = {
  testEnvironment: "node",
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2024", parser: { syntax: "typescript" } }, module: { type: "es6" } },
    ],
  },
  injectGlobals: true,
};

export default {
  maxWorkers: 2,
  projects: [
    { ...base, displayName: "unit", testMatch: ["<rootDir>/tests/**/*.test.ts"] },
    { ...base, displayName: "wire", testMatch: ["<rootDir>/tests/**/*.wire.ts"] },
  ],
  testTimeout: 120000,
};
