/* Parts of a device number. */
#pragma once
#define major(device) ((unsigned)(((device) >> 8) & 0xfff))
#define minor(device) ((unsigned)(((device) & 0xff) | (((device) >> 12) & 0xfff00)))
#define makedev(ma, mi) ((dev_t)((((ma) & 0xfffu) << 8) | ((mi) & 0xffu) | (((mi) & 0xfff00u) << 12)))
