/**
 * The library as built: what users import, and much faster than the sources under a test runner's transformations.
 */
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { projectRoot } from "./command.ts";

const library = (await import(pathToFileURL(join(projectRoot, "dist", "index.js")).href)) as typeof import("#node/index.ts");

export const { boot } = library;
