// Long runs of the whole thing, apart from `npm test`: `npm run drill`.
import config from "./jest.config.mjs";

const [base] = config.projects;
export default {
  ...base,
  displayName: "drill",
  testMatch: ["<rootDir>/tests/drills/*.drill.ts"],
  testTimeout: 1_800_000,
};
