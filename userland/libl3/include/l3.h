/* The kernel's calls and the protocols of its servers, for programs in C. Manual: userland/libl3/man. */
#pragma once
#include <l3/clock.h>
#include <l3/data-space.h>
#include <l3/driver.h>
#include <l3/ipc.h>
#include <l3/manager.h>
#include <l3/memory.h>
#include <l3/pager.h>
#include <l3/sigma0.h>
#include <l3/thread.h>
#include <l3/trap.h>
