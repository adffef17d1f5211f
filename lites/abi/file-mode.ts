/**
 * File types and permission bits of st_mode, d_type values, device numbers.
 * Source: POSIX sys/stat.h, Linux dirent.h and kdev_t.h.
 */
export const S_IFMT = 0o170000;
export const S_IFSOCK = 0o140000;
export const S_IFLNK = 0o120000;
export const S_IFREG = 0o100000;
export const S_IFBLK = 0o060000;
export const S_IFDIR = 0o040000;
export const S_IFCHR = 0o020000;
export const S_IFIFO = 0o010000;
export const S_ISUID = 0o4000;
export const S_ISGID = 0o2000;
export const S_ISVTX = 0o1000;
export const S_IRWXU = 0o700;
export const S_IRUSR = 0o400;
export const S_IWUSR = 0o200;
export const S_IXUSR = 0o100;
export const S_IRWXG = 0o070;
export const S_IRGRP = 0o040;
export const S_IWGRP = 0o020;
export const S_IXGRP = 0o010;
export const S_IRWXO = 0o007;
export const S_IROTH = 0o004;
export const S_IWOTH = 0o002;
export const S_IXOTH = 0o001;
/** All bits that chmod changes. */
export const PERMISSION_BITS = 0o7777;

/** dirent.d_type of a mode: the type bits shifted down. */
export const DT_UNKNOWN = 0;
export const DT_FIFO = S_IFIFO >>> 12;
export const DT_CHR = S_IFCHR >>> 12;
export const DT_DIR = S_IFDIR >>> 12;
export const DT_BLK = S_IFBLK >>> 12;
export const DT_REG = S_IFREG >>> 12;
export const DT_LNK = S_IFLNK >>> 12;
export const DT_SOCK = S_IFSOCK >>> 12;
export const directoryType = (mode: number): number => (mode & S_IFMT) >>> 12;

export const isDirectory = (mode: number): boolean => (mode & S_IFMT) === S_IFDIR;
export const isRegular = (mode: number): boolean => (mode & S_IFMT) === S_IFREG;
export const isSymlink = (mode: number): boolean => (mode & S_IFMT) === S_IFLNK;
export const isDevice = (mode: number): boolean => (mode & S_IFMT) === S_IFCHR || (mode & S_IFMT) === S_IFBLK;
export const isFifo = (mode: number): boolean => (mode & S_IFMT) === S_IFIFO;

/** Linux's 32-bit dev_t: minor 0–7, major 8–19, minor's upper part 20–31. */
export const deviceNumber = (major: number, minor: number): number =>
  ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & 0xfff00) << 12)) >>> 0;
export const majorOf = (device: number): number => (device >>> 8) & 0xfff;
export const minorOf = (device: number): number => (device & 0xff) | ((device >>> 12) & 0xfff00);
