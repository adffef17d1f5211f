/**
 * Whom drivers serve: those of devices that belong to somebody serve the other tasks made at boot. A Unix process that speaks the driver's protocol would otherwise read
 * what others have on the paging disk, or take the terminal's input away.
 */
import { NIL, type ThreadId } from "#kernel/abi/identifiers.ts";
import type { Message, NativeContext, Timeouts } from "#kernel/native.ts";
import { DriverStatus } from "./abi/generic-driver.ts";

export const DENIAL: Message = { words: [DriverStatus.DENIED] };

/** Whether a driver may serve a thread. */
export const mayUseDrivers = ({ kernel }: NativeContext, client: ThreadId): boolean => kernel.chief(client) === NIL;

/**
 * For drivers that serve everybody: a message may need a page that a server made at boot provides, which takes a disk access at
 * worst, but they wait for nobody else's.
 */
export const TRUSTED_FAULTS: Timeouts = { faultUs: 100_000, untrustedFaultUs: 0 };
