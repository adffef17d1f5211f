/**
 * How long the commands of a disk take, as a function of what is asked and when: so exact with the virtual clock.
 *
 * Sources: Ruemmler and Wilkes, "An introduction to disk drive modeling" (1994), for seek and rotation; Agrawal and
 * others, "Design tradeoffs for SSD performance" (2008), for channels.
 */

export interface DiskTiming {
  /**
   * Nanoseconds that a command takes.
   * @param blocks number of neighbouring blocks from `block` on
   * @param now on the machine's clock
   */
  command(operation: "read" | "write", block: number, blocks: number, now: number): number;
}

/** Every command takes the same time, however many blocks it moves. */
export const fixedTiming = (ns: number): DiskTiming => ({ command: () => ns });

export interface SeekParameters {
  /** To the neighbouring track, and over all of the disk. */
  readonly trackNs: number;
  readonly fullNs: number;
  /** One turn. */
  readonly rotationNs: number;
  /** One block under the head. */
  readonly transferNs: number;
  readonly blocksPerTrack: number;
  /** Of the whole disk. */
  readonly blocks: number;
}

/**
 * An arm, a turning disk and one head. The time of a seek grows with the square root of its distance; then the disk
 * turns until
 * the block is under the head, which stays where the command has ended.
 */
export function seekTiming(parameters: SeekParameters): DiskTiming {
  const { trackNs, fullNs, rotationNs, transferNs, blocksPerTrack, blocks } = parameters;
  const farthest = Math.max(1, Math.ceil(blocks / blocksPerTrack) - 1);
  let head = 0;
  return {
    command(_operation, block, count, now) {
      const track = Math.floor(block / blocksPerTrack);
      const distance = Math.abs(track - head);
      const share = farthest === 1 ? 0 : Math.sqrt((distance - 1) / (farthest - 1));
      const seek = distance === 0 ? 0 : trackNs + (fullNs - trackNs) * share;
      const there = ((now + seek) % rotationNs) / rotationNs;
      const wanted = (block % blocksPerTrack) / blocksPerTrack;
      const turn = (wanted - there + 1) % 1;
      head = Math.floor((block + count - 1) / blocksPerTrack);
      const tracks = head - track;
      return Math.round(seek + turn * rotationNs + count * transferNs + tracks * trackNs);
    },
  };
}

/** Flash memory: no arm, and as many blocks of a command at a time as there are channels. */
export function flashTiming(readNs: number, writeNs: number, channels: number): DiskTiming {
  return {
    command: (operation, _block, blocks) => Math.ceil(blocks / channels) * (operation === "read" ? readNs : writeNs),
  };
}
