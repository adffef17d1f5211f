/**
 * Terminal settings: flags, control characters and defaults, numbers of Linux/i386.
 * Source: POSIX termios.h, Linux asm-generic/termbits.h.
 */
import { decode, encode } from "./struct-codec.ts";
import { structs } from "./structs.ts";

// c_iflag
export const IGNBRK = 0x1;
export const BRKINT = 0x2;
export const IGNPAR = 0x4;
export const PARMRK = 0x8;
export const INPCK = 0x10;
export const ISTRIP = 0x20;
export const INLCR = 0x40;
export const IGNCR = 0x80;
export const ICRNL = 0x100;
export const IUCLC = 0x200;
export const IXON = 0x400;
export const IXANY = 0x800;
export const IXOFF = 0x1000;
export const IMAXBEL = 0x2000;
export const IUTF8 = 0x4000;

// c_oflag
export const OPOST = 0x1;
export const OLCUC = 0x2;
export const ONLCR = 0x4;
export const OCRNL = 0x8;
export const ONOCR = 0x10;
export const ONLRET = 0x20;
export const OFILL = 0x40;
export const OFDEL = 0x80;
export const NLDLY = 0x100;
export const CRDLY = 0x600;
export const TABDLY = 0x1800;
export const XTABS = 0x1800;
export const BSDLY = 0x2000;
export const VTDLY = 0x4000;
export const FFDLY = 0x8000;

// c_cflag
export const CBAUD = 0x100f;
export const B0 = 0;
export const B9600 = 0xd;
export const B19200 = 0xe;
export const B38400 = 0xf;
export const B115200 = 0x1002;
export const CSIZE = 0x30;
export const CS5 = 0;
export const CS6 = 0x10;
export const CS7 = 0x20;
export const CS8 = 0x30;
export const CSTOPB = 0x40;
export const CREAD = 0x80;
export const PARENB = 0x100;
export const PARODD = 0x200;
export const HUPCL = 0x400;
export const CLOCAL = 0x800;
export const CMSPAR = 0x40000000;
export const CRTSCTS = 0x80000000;

// c_lflag
export const ISIG = 0x1;
export const ICANON = 0x2;
export const XCASE = 0x4;
export const ECHO = 0x8;
export const ECHOE = 0x10;
export const ECHOK = 0x20;
export const ECHONL = 0x40;
export const NOFLSH = 0x80;
export const TOSTOP = 0x100;
export const ECHOCTL = 0x200;
export const ECHOPRT = 0x400;
export const ECHOKE = 0x800;
export const FLUSHO = 0x1000;
export const IEXTEN = 0x8000;
export const EXTPROC = 0x10000;

/** Places in c_cc. */
export const VINTR = 0;
export const VQUIT = 1;
export const VERASE = 2;
export const VKILL = 3;
export const VEOF = 4;
export const VTIME = 5;
export const VMIN = 6;
export const VSWTC = 7;
export const VSTART = 8;
export const VSTOP = 9;
export const VSUSP = 10;
export const VEOL = 11;
export const VREPRINT = 12;
export const VDISCARD = 13;
export const VWERASE = 14;
export const VLNEXT = 15;
export const VEOL2 = 16;

/** Places in it. */
export const NCCS = 19;

/** Actions of tcsetattr, as offsets from TCSETS. */
export const TCSANOW = 0;
export const TCSADRAIN = 1;
export const TCSAFLUSH = 2;

/** TCFLSH and TCXONC arguments. */
export const TCIFLUSH = 0;
export const TCOFLUSH = 1;
export const TCIOFLUSH = 2;
export const TCOOFF = 0;
export const TCOON = 1;
export const TCIOFF = 2;
export const TCION = 3;

export interface Termios {
  c_iflag: number;
  c_oflag: number;
  c_cflag: number;
  c_lflag: number;
  c_line: number;
  c_cc: Uint8Array;
}

/** Settings of a new terminal, as Linux's. */
export function defaultTermios(): Termios {
  const c_cc = new Uint8Array(NCCS);
  //          INTR QUIT  ERASE KILL  EOF TIME MIN SWTC START STOP SUSP EOL REPRINT DISCARD WERASE LNEXT
  c_cc.set([0x03, 0x1c, 0x7f, 0x15, 0x04, 0, 1, 0, 0x11, 0x13, 0x1a, 0, 0x12, 0x0f, 0x17, 0x16]);
  return {
    c_iflag: ICRNL | IXON | IUTF8,
    c_oflag: OPOST | ONLCR,
    c_cflag: B38400 | CS8 | CREAD | HUPCL,
    c_lflag: ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
    c_line: 0,
    c_cc,
  };
}

export function decodeTermios(bytes: Uint8Array): Termios {
  return decode(structs.termios, bytes);
}

export function encodeTermios(termios: Termios): Uint8Array {
  return encode(structs.termios, { ...termios });
}
