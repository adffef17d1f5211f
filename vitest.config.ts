import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["{machine,kernel,servers,lites,emulib,host,paging,userland,tools}/**/*.test.ts"],
          testTimeout: 60_000,
        },
      },
      { test: { name: "system", include: ["tests/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000 } },
    ],
    maxWorkers: 2,
  },
});
