/**
 * Records what this host's processor does with the selection of vectors.ts. Run: npx tsx tests/corners/record.ts
 */
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { host, mustBeOurs } from "../hardware/host.ts";
import { Hardware } from "./hardware.ts";
import { HOST_ENTRIES } from "./layout.ts";
import { recordedCases, VECTORS } from "./vectors.ts";

mustBeOurs(host());
const hardware = Hardware.open();
if (hardware === undefined) throw new Error("this host cannot run i386 programs");
writeFileSync(VECTORS, gzipSync(hardware.record(recordedCases(HOST_ENTRIES)), { level: 9 }));
hardware.close();
