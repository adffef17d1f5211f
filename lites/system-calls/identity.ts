/**
 * User and group ids. Source: POSIX setuid(2) and relatives, setresuid(2), credentials(7).
 *
 * The calls with 16-bit ids share the implementation; -1 (as a 16-bit or 32-bit value) means "unchanged".
 */
import { EINVAL, EPERM } from "../abi/errno.ts";
import { GROUPS_MAX } from "../abi/limits.ts";
import type { OutBuffer } from "../arguments.ts";
import type { UnixHandlers } from "../dispatch.ts";
import type { Credentials } from "../process/process.ts";
import type { UnixProcess } from "../process/unix-process.ts";

type IdName = "uid" | "euid" | "suid" | "gid" | "egid" | "sgid";
/** Real, effective and saved id of a user or group. */
type Triple = readonly [real: IdName, effective: IdName, saved: IdName];

const USER: Triple = ["uid", "euid", "suid"];
const GROUP: Triple = ["gid", "egid", "sgid"];
const KEEP = -1;

const isPrivileged = (credentials: Credentials): boolean => credentials.euid === 0;

/** 16-bit calls name "unchanged" by 65535. */
const wide = (id: number): number => ((id & 0xffff) === 0xffff ? KEEP : id & 0xffff);

const word = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);

function change(process: UnixProcess, values: Partial<Record<IdName, number>>): number {
  for (const name in values) process.credentials[name as IdName] = values[name as IdName]! >>> 0;
  process.updatePage();
  return 0;
}

/** Whether an id may be taken up without privilege: one of those that the process has already. */
function mayTake(credentials: Credentials, names: readonly IdName[], id: number): boolean {
  return id === KEEP || isPrivileged(credentials) || names.some((name) => credentials[name] === id >>> 0);
}

function setId(process: UnixProcess, names: Triple, id: number): number {
  const { credentials } = process;
  const [real, effective, saved] = names;
  if (id === KEEP) throw EINVAL;
  if (isPrivileged(credentials)) return change(process, { [real]: id, [effective]: id, [saved]: id });
  if (!mayTake(credentials, [real, saved], id)) throw EPERM;
  return change(process, { [effective]: id });
}

function setRealEffective(process: UnixProcess, names: Triple, realId: number, effectiveId: number): number {
  const { credentials } = process;
  const [real, effective, saved] = names;
  if (!mayTake(credentials, [real, effective], realId) || !mayTake(credentials, [real, effective, saved], effectiveId)) throw EPERM;
  const oldReal = credentials[real];
  const values: Partial<Record<IdName, number>> = {};
  if (realId !== KEEP) values[real] = realId;
  if (effectiveId !== KEEP) values[effective] = effectiveId;
  const newEffective = effectiveId === KEEP ? credentials[effective] : effectiveId >>> 0;
  if (realId !== KEEP || (effectiveId !== KEEP && newEffective !== oldReal)) values[saved] = newEffective;
  return change(process, values);
}

function setAll(process: UnixProcess, names: Triple, ids: readonly [number, number, number]): number {
  const values: Partial<Record<IdName, number>> = {};
  for (const [index, id] of ids.entries()) {
    if (!mayTake(process.credentials, names, id)) throw EPERM;
    if (id !== KEEP) values[names[index]!] = id;
  }
  return change(process, values);
}

function getAll(process: UnixProcess, names: Triple, buffers: readonly [OutBuffer, OutBuffer, OutBuffer]): number {
  for (const [index, buffer] of buffers.entries()) buffer.data = word(process.credentials[names[index]!]);
  return 0;
}

function getAll16(process: UnixProcess, names: Triple, buffers: readonly [OutBuffer, OutBuffer, OutBuffer]): number {
  // The old structure has 16-bit fields; the table's four bytes would overwrite what follows.
  for (const [index, buffer] of buffers.entries()) buffer.data = word(process.credentials[names[index]!]).subarray(0, 2);
  return 0;
}

function getGroups(process: UnixProcess, size: number, list: OutBuffer, bytesPerId: 2 | 4): number {
  const { groups } = process.credentials;
  if (size < 0) throw EINVAL;
  if (size === 0) return groups.length;
  if (size < groups.length) throw EINVAL;
  const values = bytesPerId === 2 ? Uint16Array.from(groups) : Uint32Array.from(groups);
  list.data = new Uint8Array(values.buffer);
  return groups.length;
}

function setGroups(process: UnixProcess, size: number, list: Uint8Array, bytesPerId: 2 | 4): number {
  if (!isPrivileged(process.credentials)) throw EPERM;
  if (size < 0 || size > GROUPS_MAX) throw EINVAL;
  const view = new DataView(list.buffer, list.byteOffset, list.byteLength);
  const groups: number[] = [];
  for (let index = 0; index < size; index++) {
    groups.push(bytesPerId === 2 ? view.getUint16(2 * index, true) : view.getUint32(4 * index, true));
  }
  process.credentials.groups = groups;
  return 0;
}

/** setfsuid and setfsgid: file access follows the effective ids here; the answer is the id in force. */
const fileSystemId = (process: UnixProcess, names: Triple): number => process.credentials[names[1]];

export function identityCalls(): UnixHandlers {
  return {
    setuid: (process, { uid }) => setId(process, USER, wide(uid)),
    setgid: (process, { gid }) => setId(process, GROUP, wide(gid)),
    setuid32: (process, { uid }) => setId(process, USER, uid),
    setgid32: (process, { gid }) => setId(process, GROUP, gid),
    setreuid: (process, { ruid, euid }) => setRealEffective(process, USER, wide(ruid), wide(euid)),
    setregid: (process, { rgid, egid }) => setRealEffective(process, GROUP, wide(rgid), wide(egid)),
    setreuid32: (process, { ruid, euid }) => setRealEffective(process, USER, ruid, euid),
    setregid32: (process, { rgid, egid }) => setRealEffective(process, GROUP, rgid, egid),
    setresuid: (process, { ruid, euid, suid }) => setAll(process, USER, [wide(ruid), wide(euid), wide(suid)]),
    setresgid: (process, { rgid, egid, sgid }) => setAll(process, GROUP, [wide(rgid), wide(egid), wide(sgid)]),
    setresuid32: (process, { ruid, euid, suid }) => setAll(process, USER, [ruid, euid, suid]),
    setresgid32: (process, { rgid, egid, sgid }) => setAll(process, GROUP, [rgid, egid, sgid]),
    getresuid: (process, { ruid, euid, suid }) => getAll16(process, USER, [ruid, euid, suid]),
    getresgid: (process, { rgid, egid, sgid }) => getAll16(process, GROUP, [rgid, egid, sgid]),
    getresuid32: (process, { ruid, euid, suid }) => getAll(process, USER, [ruid, euid, suid]),
    getresgid32: (process, { rgid, egid, sgid }) => getAll(process, GROUP, [rgid, egid, sgid]),
    getgroups: (process, { size, list }) => getGroups(process, size, list, 2),
    getgroups32: (process, { size, list }) => getGroups(process, size, list, 4),
    setgroups: (process, { size, list }) => setGroups(process, size, list, 2),
    setgroups32: (process, { size, list }) => setGroups(process, size, list, 4),
    setfsuid32: (process) => fileSystemId(process, USER),
    setfsgid32: (process) => fileSystemId(process, GROUP),
  };
}
