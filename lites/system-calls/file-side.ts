/**
 * All handlers of the file side together.
 */
import { createDescriptorHandlers } from "./descriptors.ts";
import { createAttributeHandlers } from "./file-attributes.ts";
import { createEventHandlers } from "./events.ts";
import type { FileServices } from "./file-services.ts";
import { createFileHandlers } from "./files.ts";
import { createFileSystemHandlers } from "./filesystem-info.ts";
import { createNameHandlers } from "./names.ts";
import { createPollHandlers } from "./polling.ts";
import { createSocketHandlers } from "./sockets.ts";

export function createFileSideHandlers(services: FileServices) {
  return {
    ...createFileHandlers(services),
    ...createNameHandlers(services),
    ...createAttributeHandlers(services),
    ...createDescriptorHandlers(services),
    ...createPollHandlers(services),
    ...createEventHandlers(services),
    ...createFileSystemHandlers(services),
    ...createSocketHandlers(services),
  };
}
