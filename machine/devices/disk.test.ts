import { describe, expect, it } from "vitest";
import { VirtualClock } from "../clock.ts";
import { InterruptController, InterruptLine } from "../interrupts.ts";
import { PAGE_SIZE, Ram } from "../ram.ts";
import { Disk, DISK_BLOCK_BYTES, type DiskOptions, MemoryStore } from "./disk.ts";

function setup(options: Partial<DiskOptions> = {}) {
  const ram = new Ram(4 * PAGE_SIZE, 0);
  const interrupts = new InterruptController();
  const clock = new VirtualClock(0n, () => 0);
  const disk = new Disk(ram, clock, interrupts, { blocks: 100, ...options });
  const raised = (): boolean => (interrupts.pending & (1 << InterruptLine.DISK)) !== 0;
  return { ram, interrupts, clock, disk, raised };
}

describe("Disk", () => {
  it("moves frames to blocks and back", () => {
    const changed: number[] = [];
    const { ram, disk, raised } = setup({ onFrameChange: (frame) => changed.push(frame) });
    ram.frame(1).fill(7);
    expect(disk.start("write", 70, 1)).toBe(true);
    expect(raised()).toBe(true);
    expect(disk.takeStatus()).toBe("done");
    expect(disk.takeStatus()).toBe("idle");
    disk.start("read", 70, 2);
    expect(disk.takeStatus()).toBe("done");
    expect(ram.frame(2)).toEqual(new Uint8Array(PAGE_SIZE).fill(7));
    disk.start("read", 71, 2);
    disk.takeStatus();
    expect(ram.frame(2)).toEqual(new Uint8Array(PAGE_SIZE));
    expect(changed).toEqual([2, 2]);
    expect([disk.reads, disk.writes]).toEqual([2, 1]);
  });

  it("moves several blocks by one command, up to an error", () => {
    const timing = { command: (_operation: string, block: number, blocks: number, now: number) => block + 10 * blocks + now };
    const { ram, clock, disk } = setup({ timing });
    const finish = (): string => {
      clock.idleUntil(clock.nextEvent());
      clock.runDue();
      return disk.takeStatus();
    };
    for (const frame of [1, 2, 3]) ram.frame(frame).fill(frame);
    disk.start("write", 40, 1, 2, 3);
    expect(clock.nextEvent()).toBe(40 + 30);
    expect(finish()).toBe("done");
    disk.start("read", 41, 0, 1);
    expect(finish()).toBe("done");
    expect([ram.frame(0)[0], ram.frame(1)[0]]).toEqual([2, 3]);
    expect([disk.reads, disk.writes, disk.busyNs]).toEqual([2, 3, 70 + 41 + 20 + 70]);
    disk.start("read", 98, 1, 2, 3);
    expect(finish()).toBe("outOfRange");
    expect(disk.reads).toBe(4);
  });

  it("takes its time and is busy meanwhile", () => {
    const { clock, disk, raised } = setup({ latencyNs: 500 });
    expect(disk.start("read", 0, 0)).toBe(true);
    expect(disk.takeStatus()).toBe("busy");
    expect(disk.start("read", 1, 0)).toBe(false);
    clock.idleUntil(499);
    clock.runDue();
    expect(raised()).toBe(false);
    clock.idleUntil(500);
    clock.runDue();
    expect(raised()).toBe(true);
    expect(disk.takeStatus()).toBe("done");
    expect(disk.start("read", 1, 0)).toBe(true);
  });

  it("tells errors", () => {
    const store = new MemoryStore();
    const { disk } = setup({
      store: {
        read: (block, buffer) => store.read(block, buffer),
        write: () => {
          throw new Error("scratched");
        },
      },
    });
    disk.start("read", 100, 0);
    expect(disk.takeStatus()).toBe("outOfRange");
    disk.start("read", -1, 0);
    expect(disk.takeStatus()).toBe("outOfRange");
    disk.start("write", 1, 0);
    expect(disk.takeStatus()).toBe("mediumError");
    const locked = setup({ writeProtected: true }).disk;
    locked.start("write", 1, 0);
    expect(locked.takeStatus()).toBe("writeProtected");
  });
});

describe("MemoryStore", () => {
  it("keeps blocks apart", () => {
    const store = new MemoryStore();
    const buffer = new Uint8Array(DISK_BLOCK_BYTES);
    for (const block of [0, 63, 64, 1000]) store.write(block, buffer.fill(block & 0xff));
    for (const block of [0, 63, 64, 1000]) {
      store.read(block, buffer);
      expect(buffer.every((byte) => byte === (block & 0xff))).toBe(true);
    }
    store.read(999, buffer);
    expect(buffer.every((byte) => byte === 0)).toBe(true);
  });
});
