/**
 * The kernel info page (frame 0), which σ0 hands out read-only. Source: L4 X.0 manual.
 *
 * Only what does not change is in it: the time is read with RDTSC.
 */
import { PAGE_SIZE, type Ram } from "#machine/ram.ts";
import { InfoPage } from "./abi/info-page.ts";

/** "L4µK" in Latin-1, little endian. */
const MAGIC = 0x4be6344c;
const VERSION = 0x0000_0a00;
/** Nominal, as the virtual clock has it. */
const PROCESSOR_HZ = 100_000_000;

export function writeInfoPage(ram: Ram): void {
  ram.u8.fill(0, 0, PAGE_SIZE);
  const words = ram.i32;
  words[InfoPage.MAGIC >> 2] = MAGIC;
  words[InfoPage.VERSION >> 2] = VERSION;
  words[InfoPage.MAIN_MEMORY_LOW >> 2] = 0;
  words[InfoPage.MAIN_MEMORY_HIGH >> 2] = ram.frameCount * PAGE_SIZE;
  words[InfoPage.RESERVED0_LOW >> 2] = 0;
  words[InfoPage.RESERVED0_HIGH >> 2] = PAGE_SIZE;
  words[InfoPage.PROCESSOR_FREQUENCY >> 2] = PROCESSOR_HZ;
}
