import { describe, expect, it } from "vitest";
import { fixedTiming, flashTiming, seekTiming } from "./disk-timing.ts";

describe("disk timing", () => {
  it("is the same for all commands of a fixed disk", () => {
    const { command } = fixedTiming(100);
    expect([command("read", 0, 1, 0), command("write", 77, 16, 5)]).toEqual([100, 100]);
  });

  it("of flash memory counts blocks by channels", () => {
    const { command } = flashTiming(80, 200, 4);
    expect([1, 4, 5, 8, 9].map((blocks) => command("read", 3, blocks, 0))).toEqual([80, 80, 160, 160, 240]);
    expect([1, 4, 5].map((blocks) => command("write", 3, blocks, 0))).toEqual([200, 200, 400]);
  });

  describe("with an arm", () => {
    const parameters = { trackNs: 1000, fullNs: 9000, rotationNs: 800, transferNs: 100, blocksPerTrack: 8, blocks: 80 };

    it("waits until the block is under the head", () => {
      const { command } = seekTiming(parameters);
      // Block n of a track passes at n * 100 of each turn.
      expect(command("read", 3, 1, 0)).toBe(300 + 100);
      expect(command("read", 3, 1, 300)).toBe(100);
      expect(command("read", 3, 1, 301)).toBe(799 + 100);
      expect(command("read", 2, 4, 1600)).toBe(200 + 400);
    });

    it("seeks by the square root of the distance", () => {
      // Nine tracks is the whole way, four of eight further ones the square root of a half of the rest.
      const seeks = [0, 1, 5, 9].map((track) => {
        const { command } = seekTiming({ ...parameters, rotationNs: 1, transferNs: 0 });
        return command("read", track * 8, 1, 0);
      });
      expect(seeks.map((ns) => Math.round(ns))).toEqual([0, 1000, 1000 + Math.ceil(8000 * Math.SQRT1_2), 9000]);
    });

    it("stays where a command has ended", () => {
      const { command } = seekTiming({ ...parameters, rotationNs: 1, transferNs: 0 });
      expect(command("write", 72, 1, 0)).toBe(9000);
      expect(command("write", 72, 1, 0)).toBe(0);
      // Two blocks on either side of a border between tracks.
      expect(command("write", 63, 2, 0)).toBe(1000 + Math.ceil(8000 * Math.sqrt(1 / 8)) + 1000);
      expect(command("write", 64, 1, 0)).toBe(0);
    });
  });
});
