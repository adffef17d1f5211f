/**
 * Calls for what this system does not have, refused by the errno that programs take for an answer (ENOSYS makes some of
 * them complain): extended attributes. Source: getxattr(2).
 */
import { EOPNOTSUPP } from "../abi/errno.ts";
import type { UnixHandlers } from "../dispatch.ts";

function noAttributes(): never {
  throw EOPNOTSUPP;
}

export const refusals: UnixHandlers = {
  setxattr: noAttributes,
  lsetxattr: noAttributes,
  fsetxattr: noAttributes,
  getxattr: noAttributes,
  lgetxattr: noAttributes,
  fgetxattr: noAttributes,
  listxattr: noAttributes,
  llistxattr: noAttributes,
  flistxattr: noAttributes,
  removexattr: noAttributes,
  lremovexattr: noAttributes,
  fremovexattr: noAttributes,
};
