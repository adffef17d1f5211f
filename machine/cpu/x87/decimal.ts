/**
 * Packed decimal integers of 18 digits (FBLD, FBSTP): nine bytes of two digits, least significant first, and a sign
 * byte.
 *
 * Layer beneath: conversion.ts. Source: Intel SDM volume 1, section 4.7; volume 2, FBLD and FBSTP.
 */
import { classify, INFINITY } from "./classification.ts";
import { loadInteger64, roundToInteger } from "./conversion.ts";
import { wide } from "./rounding.ts";
import { C1, type FpuState, IE, PE, ROUNDING_FIELD, SOURCE } from "./state.ts";

export const DECIMAL_BYTES = 10;
const DIGIT_BYTES = 9;
const TWO_32 = 0x1_0000_0000;

/** Fills SOURCE. Nibbles above 9 are counted at their value, as the processor does. */
export function loadDecimal(s: FpuState, bytes: Uint8Array): void {
  let high = 0;
  let low = 0;
  for (let i = DIGIT_BYTES - 1; i >= 0; i--) {
    const sum = low * 100 + (bytes[i]! >> 4) * 10 + (bytes[i]! & 15);
    high = high * 100 + Math.floor(sum / TWO_32);
    low = sum % TWO_32;
  }
  loadInteger64(s, high | 0, low | 0);
  s.signExponent[SOURCE] = s.signExponent[SOURCE]! | ((bytes[DIGIT_BYTES]! & 0x80) << 8);
}

/** Packed decimal indefinite. */
export function indefiniteDecimal(bytes: Uint8Array): void {
  bytes.fill(0);
  bytes[7] = 0xc0;
  bytes[8] = 0xff;
  bytes[9] = 0xff;
}

/** @returns whether the bytes are to be stored */
export function storeDecimal(s: FpuState, slot: number, bytes: Uint8Array): boolean {
  const isIntegral = classify(s, slot) < INFINITY && roundToInteger(s, slot, s.control & ROUNDING_FIELD);
  let high = wide.high >>> 0;
  let low = wide.low >>> 0;
  for (let i = 0; i < DIGIT_BYTES; i++) {
    const dividend = (high % 100) * TWO_32 + low;
    const digits = dividend % 100;
    high = Math.floor(high / 100);
    low = Math.floor(dividend / 100);
    bytes[i] = (Math.floor(digits / 10) << 4) | (digits % 10);
  }
  if (!isIntegral || high + low !== 0) {
    indefiniteDecimal(bytes);
    return !s.signal(IE);
  }
  bytes[DIGIT_BYTES] = (s.signExponent[slot]! & 0x8000) >> 8;
  if (wide.isInexact) {
    if (wide.isRoundedUp) s.status |= C1;
    s.signal(PE);
  }
  return true;
}
