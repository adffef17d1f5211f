/* Numbers of the system calls that the library makes. (Linux/i386) */
#pragma once
#include <bits/syscall.h>
