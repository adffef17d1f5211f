/** Which layer may import which (docs/architecture.md). tests/layers.test.ts shows that a wrong import fails. */
const below = {
  machine: [],
  kernel: ["machine"],
  servers: ["kernel"],
  lites: ["servers", "kernel"],
  system: ["machine", "kernel", "servers", "lites"],
  node: ["machine", "kernel", "servers", "lites", "system"],
  paging: ["machine", "kernel", "servers", "lites", "system", "node"],
};
const tests = "[.]test[.]ts$";
const layers = Object.keys(below);
const root = "^(?:tests/fixtures/layers/)?";

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layers.map((layer) => ({
      name: `${layer}-imports-downward-only`,
      severity: "error",
      from: { path: `${root}${layer}/`, pathNot: tests },
      to: { path: `${root}(${layers.filter((other) => other !== layer && !below[layer].includes(other)).join("|")}|tools|tests)/`, dependencyTypesNot: ["npm"] },
    })),
    {
      name: "kernel-by-its-public-interface",
      comment: "servers and the Unix server see kernel/abi and kernel/native.ts only",
      severity: "error",
      from: { path: `${root}(servers|lites)/`, pathNot: tests },
      to: { path: `${root}kernel/`, pathNot: `${root}kernel/(abi/|native[.]ts)` },
    },
    {
      name: "servers-by-their-protocols",
      severity: "error",
      from: { path: `${root}lites/`, pathNot: tests },
      to: { path: `${root}servers/`, pathNot: `${root}servers/abi/` },
    },
    {
      name: "c-headers-by-public-interfaces",
      comment: "what C sees are numbers and layouts of the abi folders",
      severity: "error",
      from: { path: `${root}tools/c-headers/` },
      to: { path: `${root}(${layers.join("|")})/(?!abi/)` },
    },
    {
      name: "no-host-below-hosts",
      comment: "only the hosts see something of Node; memfs enters by one adapter",
      severity: "error",
      from: { path: `${root}(machine|kernel|servers|lites|system)/`, pathNot: [tests, `${root}system/memory-root[.]ts`] },
      to: { dependencyTypes: ["core", "npm", "npm-dev"] },
    },
    {
      name: "memfs-brings-no-node",
      severity: "error",
      from: { path: `${root}system/memory-root[.]ts` },
      to: { dependencyTypes: ["core", "npm", "npm-dev"], pathNot: "node_modules/memfs/" },
    },
    {
      name: "analysis-before-emission",
      comment: "what is found out about a region follows from rows of instructions, not from how they are lowered",
      severity: "error",
      from: { path: "^machine/translator/analysis/", pathNot: tests },
      to: { path: "^machine/translator/(lowering/|(emitter|region-code|entry|general-registers|memory-code|flag-code)[.]ts)" },
    },
    {
      name: "no-cycles",
      severity: "error",
      from: { path: `${root}(machine|kernel|servers|lites|system|node|paging)/`, pathNot: tests },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "type-cycles",
      comment: "counted by tests/layers.test.ts, which allows no more than there were",
      severity: "info",
      from: { path: `${root}(${layers.join("|")})/`, pathNot: tests },
      to: { circular: true },
    },
    { name: "nobody-imports-a-test", severity: "error", from: {}, to: { path: tests } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(build|dist)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "default", "types"], extensions: [".ts", ".js", ".mjs", ".json", ".d.ts"] },
  },
};
