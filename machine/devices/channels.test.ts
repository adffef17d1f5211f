import { describe, expect, it } from "vitest";
import { InterruptController, InterruptLine } from "../interrupts.ts";
import { Channels, MAX_PUT_BYTES } from "./channels.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

function setup(accept: () => boolean = () => true) {
  const interrupts = new InterruptController();
  const output: string[] = [];
  const closed: number[] = [];
  const channels = new Channels(interrupts, {
    onOutput(port, data) {
      output.push(`${port}:${text(data)}`);
      return accept();
    },
    onGuestClose: (port) => closed.push(port),
  });
  const raised = (): boolean => (interrupts.pending & (1 << InterruptLine.CHANNELS)) !== 0;
  return { channels, interrupts, output, closed, raised };
}

describe("Channels", () => {
  it("has port 0 and opens further ones", () => {
    const { channels } = setup();
    expect(channels.isOpen(0)).toBe(true);
    expect(channels.isOpen(1)).toBe(false);
    expect([channels.openPort(), channels.openPort()]).toEqual([1, 2]);
    expect(channels.isOpen(2)).toBe(true);
  });

  it("hands input over in pieces across writes, then the end", () => {
    const { channels, raised } = setup();
    expect(raised()).toBe(false);
    channels.hostWrite(0, bytes("hello "));
    channels.hostWrite(0, bytes("world"));
    channels.hostClose(0);
    expect(raised()).toBe(true);
    expect(channels.buffered(0)).toBe(11);
    expect(text(channels.take(0, 8) as Uint8Array)).toBe("hello wo");
    expect(text(channels.take(0, 8) as Uint8Array)).toBe("rld");
    expect(channels.take(0, 8)).toBe("end");
    channels.hostWrite(0, bytes("late"));
    expect(channels.take(0, 8)).toBe("end");
  });

  it("says empty before input, and keeps a copy of the host's bytes", () => {
    const { channels } = setup();
    expect(channels.take(0, 8)).toBe("empty");
    const data = bytes("abc");
    channels.hostWrite(0, data);
    data.fill(0);
    expect(text(channels.take(0, 8) as Uint8Array)).toBe("abc");
    expect(channels.take(0, 8)).toBe("empty");
  });

  it("tells the host when input is wanted, and lets it write at once", () => {
    const wanted: number[] = [];
    const channels: Channels = new Channels(new InterruptController(), {
      onOutput: () => true,
      onInputWanted(port) {
        wanted.push(port);
        if (wanted.length === 2) channels.hostWrite(port, bytes("now"));
      },
    });
    expect(channels.take(0, 8)).toBe("empty");
    expect(channels.take(0, 8)).toBe("empty");
    expect(channels.events()).toEqual([0]);
    expect(text(channels.take(0, 8) as Uint8Array)).toBe("now");
    channels.hostClose(0);
    expect(channels.take(0, 8)).toBe("end");
    expect(wanted).toEqual([0, 0]);
  });

  it("accepts nothing while the host is congested", () => {
    const { channels, output, raised } = setup(() => false);
    expect(channels.put(0, bytes("a"))).toBe(1);
    expect(channels.put(0, bytes("b"))).toBe(0);
    expect(raised()).toBe(false);
    channels.hostDrained(0);
    expect(raised()).toBe(true);
    expect(channels.events()).toEqual([0]);
    expect(channels.put(0, bytes("b"))).toBe(1);
    expect(output).toEqual(["0:a", "0:b"]);
  });

  it("takes a bounded number of bytes at once", () => {
    const { channels } = setup();
    expect(channels.put(0, new Uint8Array(MAX_PUT_BYTES + 5))).toBe(MAX_PUT_BYTES);
  });

  it("fails puts after a hangup", () => {
    const { channels, output } = setup();
    channels.hostHangup(0);
    expect(channels.put(0, bytes("x"))).toBe("hangup");
    expect(output).toEqual([]);
  });

  it("reports each port with news once", () => {
    const { channels } = setup();
    const port = channels.openPort();
    channels.hostWrite(port, bytes("1"));
    channels.hostWrite(0, bytes("1"));
    channels.hostWrite(port, bytes("2"));
    expect(channels.events()).toEqual([port, 0]);
    expect(channels.events()).toEqual([]);
  });

  it("uses a number again only after both sides closed it", () => {
    const { channels, closed } = setup();
    const port = channels.openPort();
    channels.hostWrite(port, bytes("lost"));
    channels.close(port);
    channels.close(port);
    expect(closed).toEqual([port]);
    expect(channels.isOpen(port)).toBe(false);
    expect(channels.take(port, 4)).toBe("end");
    expect(channels.put(port, bytes("x"))).toBe("hangup");
    expect(channels.openPort()).toBe(port + 1);
    channels.hostClose(port);
    channels.hostHangup(port);
    expect(channels.openPort()).toBe(port);
    expect(channels.take(port, 4)).toBe("empty");
  });
});
