/* Event counters. (Linux eventfd(2)) */
#pragma once
#include <bits/eventfd.h>
#include <stdint.h>
#define EFD_CLOEXEC 02000000
#define EFD_NONBLOCK 04000
typedef uint64_t eventfd_t;
int eventfd(unsigned int count, int flags);
