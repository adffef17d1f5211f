/**
 * Rows of stack, jumps and calls, and of what belongs to the system: segments, descriptors, privileged instructions.
 */
import { ARITHMETIC_FLAGS, Flag } from "../flags.ts";
import { conditional, FlagSet, Flow, row, Stack, Use } from "./row.ts";

const { NONE, READ, WRITE, PERHAPS } = Use;
const { BRANCH, JUMP, CALL, RETURN, LEAVE, PRIVILEGED } = Flow;
const { ZF, OF, TF, DF, NT, RF, AC, ID } = Flag;
const EAX = 1 << 0;
const ECX = 1 << 1;
const EDX = 1 << 2;
const EBX = 1 << 3;
const EBP = 1 << 5;
const ALL_REGISTERS = 0xff;
/** What POPF and IRET can change in user mode. */
const POPPED = ARITHMETIC_FLAGS | TF | DF | NT | AC | ID;

export const STACK = {
  push: row("06 ES | 0E CS | 16 SS | 1E DS | 50-57 Zv | 68 Iz | 6A Sv | FF/6 Ev | 0F A0 FS | 0F A8 GS", {
    uses: [READ],
    stack: Stack.PUSH,
  }),
  /** A segment register as destination ends a block. */
  pop: row("07 ES | 17 SS | 1F DS | 58-5F Zv | 8F/0 Ev | 0F A1 FS | 0F A9 GS", { uses: [WRITE], stack: Stack.POP }),
  pusha: row("60", { stack: Stack.MANY, interpreted: true }),
  popa: row("61", { stack: Stack.MANY, writes: ALL_REGISTERS, interpreted: true }),
  pushf: row("9C", { stack: Stack.PUSH, flags: { reads: ARITHMETIC_FLAGS | TF | DF | NT | AC | ID } }),
  popf: row("9D", { stack: Stack.POP, flags: { writes: POPPED }, flow: LEAVE }),
  enter: row("C8 Iw,Ib", { stack: Stack.MANY, writes: EBP }),
  leave: row("C9", { stack: Stack.LEAVE, writes: EBP }),
};

export const TRANSFERS = {
  ...conditional("j", "7x Jb | 0F 8x Jz", { flow: BRANCH }),
  loopne: row("E0 Jb", { flow: BRANCH, flags: { reads: ZF }, writes: ECX }),
  loope: row("E1 Jb", { flow: BRANCH, flags: { reads: ZF }, writes: ECX }),
  loop: row("E2 Jb", { flow: BRANCH, writes: ECX }),
  jcxz: row("E3 Jb", { flow: BRANCH }),
  jmp: row("E9 Jz | EB Jb | FF/4 Ev", { uses: [READ], flow: JUMP }),
  call: row("E8 Jz | FF/2 Ev", { uses: [READ], flow: CALL, stack: Stack.PUSH }),
  ret: row("C2 Iw | C3", { flow: RETURN, stack: Stack.RETURN }),
  jmpf: row("EA Ap | FF/5 Mp", { uses: [READ], flow: LEAVE, raises: true }),
  callf: row("9A Ap | FF/3 Mp", { uses: [READ], flow: LEAVE, stack: Stack.MANY, raises: true }),
  retf: row("CA Iw | CB", { flow: LEAVE, stack: Stack.MANY, raises: true }),
  iret: row("CF", { flow: LEAVE, stack: Stack.MANY, flags: { reads: NT, writes: POPPED | RF }, raises: true }),
  int: row("CD Ib", { flow: LEAVE, raises: true }),
  int1: row("F1", { flow: LEAVE, raises: true }),
  int3: row("CC", { flow: LEAVE, raises: true }),
  into: row("CE", { flow: LEAVE, flags: { reads: OF }, raises: true }),
  bound: row("62 Gv,Ma", { uses: [READ], raises: true, interpreted: true }),
  ud0: row("0F FF Gv,Ev", { uses: [NONE, NONE], raises: true, interpreted: true }),
  ud1: row("0F B9 Gv,Ev", { uses: [NONE, NONE], raises: true, interpreted: true }),
  ud2: row("0F 0B", { raises: true, interpreted: true }),
};

export const SYSTEM = {
  les: row("C4 Gv,Mp", { uses: [WRITE], flow: LEAVE, raises: true }),
  lds: row("C5 Gv,Mp", { uses: [WRITE], flow: LEAVE, raises: true }),
  lss: row("0F B2 Gv,Mp", { uses: [WRITE], flow: LEAVE, raises: true }),
  lfs: row("0F B4 Gv,Mp", { uses: [WRITE], flow: LEAVE, raises: true }),
  lgs: row("0F B5 Gv,Mp", { uses: [WRITE], flow: LEAVE, raises: true }),
  arpl: row("63 Ew,Gw", { uses: [PERHAPS], flags: FlagSet.ZERO, interpreted: true }),
  lar: row("0F 02 Gv,Ew", { uses: [PERHAPS], flags: FlagSet.ZERO, interpreted: true }),
  lsl: row("0F 03 Gv,Ew", { uses: [PERHAPS], flags: FlagSet.ZERO, interpreted: true }),
  verr: row("0F 00/4 Ew", { uses: [READ], flags: FlagSet.ZERO, interpreted: true }),
  verw: row("0F 00/5 Ew", { uses: [READ], flags: FlagSet.ZERO, interpreted: true }),
  sldt: row("0F 00/0 Ev", { uses: [WRITE], storesWord: true, interpreted: true }),
  str: row("0F 00/1 Ev", { uses: [WRITE], storesWord: true, interpreted: true }),
  smsw: row("0F 01/4 Ev", { uses: [WRITE], storesWord: true, interpreted: true }),
  sgdt: row("0F 01/0 Ms", { uses: [WRITE], interpreted: true }),
  sidt: row("0F 01/1 Ms", { uses: [WRITE], interpreted: true }),
  cpuid: row("0F A2", { writes: EAX | ECX | EDX | EBX, interpreted: true }),
  rdtsc: row("0F 31", { writes: EAX | EDX, interpreted: true }),
};

export const PRIVILEGED_INSTRUCTIONS = {
  ins: row("6C Yb | 6D Yv", { flow: PRIVILEGED }),
  outs: row("6E Xb | 6F Xv", { flow: PRIVILEGED }),
  in: row("E4 AL,Ib | E5 eAX,Ib | EC AL,DX | ED eAX,DX", { flow: PRIVILEGED }),
  out: row("E6 Ib,AL | E7 Ib,eAX | EE DX,AL | EF DX,eAX", { flow: PRIVILEGED }),
  hlt: row("F4", { flow: PRIVILEGED }),
  cli: row("FA", { flow: PRIVILEGED }),
  sti: row("FB", { flow: PRIVILEGED }),
  lldt: row("0F 00/2 Ew", { flow: PRIVILEGED }),
  ltr: row("0F 00/3 Ew", { flow: PRIVILEGED }),
  lgdt: row("0F 01/2 Ms", { flow: PRIVILEGED }),
  lidt: row("0F 01/3 Ms", { flow: PRIVILEGED }),
  lmsw: row("0F 01/6 Ew", { flow: PRIVILEGED }),
  invlpg: row("0F 01/7 M", { uses: [NONE], flow: PRIVILEGED }),
  clts: row("0F 06", { flow: PRIVILEGED }),
  invd: row("0F 08", { flow: PRIVILEGED }),
  wbinvd: row("0F 09", { flow: PRIVILEGED }),
  wrmsr: row("0F 30", { flow: PRIVILEGED }),
  rdmsr: row("0F 32", { flow: PRIVILEGED }),
  rdpmc: row("0F 33", { flow: PRIVILEGED }),
  sysenter: row("0F 34", { flow: PRIVILEGED }),
  sysexit: row("0F 35", { flow: PRIVILEGED }),
};
