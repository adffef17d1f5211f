import { defineConfig } from "vitest/config";

/** Internal errors that the system could get over are failures. */
const env = { LITES_STRICT: "1" };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["{machine,kernel,servers,lites,emulib,system,node,paging,userland,tools}/**/*.test.ts"],
          testTimeout: 60_000,
          env,
        },
      },
      { test: { name: "system", include: ["tests/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000, env } },
    ],
    maxWorkers: 2,
  },
});
