/* The Generic Driver Protocol, both sides. (servers/abi/generic-driver.ts) */
#pragma once
#include <l3/ipc.h>

/* A request to a driver, its data, and room for the data of the answer. */
struct l3_driver_request {
  unsigned operation, unit, block, count;
  const void *data;
  unsigned size;
  void *buffer;
  unsigned room;
};
/* The answer: L3_STATUS_…, values that depend on the operation, data. */
struct l3_driver_answer {
  int status;
  unsigned value[3];
  const void *data;
  unsigned size;
};

/* What a unit says of itself: L3_CLASS_…, bytes of a block (0 = stream), blocks. */
struct l3_driver_identity {
  unsigned class, block_bytes, blocks;
};

int l3_driver_call(l3_id driver, const struct l3_driver_request *request, struct l3_driver_answer *answer);
int l3_driver_identify(l3_id driver, unsigned unit, struct l3_driver_identity *identity);
int l3_driver_open(l3_id driver, unsigned unit);
int l3_driver_close(l3_id driver, unsigned unit);
int l3_driver_read(l3_id driver, unsigned unit, unsigned block, unsigned count, void *buffer, unsigned room,
                   unsigned *done);
int l3_driver_write(l3_id driver, unsigned unit, unsigned block, const void *data, unsigned size, unsigned *done);
int l3_driver_control(l3_id driver, unsigned unit, unsigned code, unsigned argument, unsigned *result);
const char *l3_driver_strerror(int status);

/*
 * A driver. `serve` gets a request, whose room is the driver's buffer, and fills in the answer. `idle` is told of
 * receives that brought nothing (cancelled, or the time is up); non-zero ends the loop.
 */
struct l3_driver {
  void (*serve)(struct l3_driver *driver, l3_id client, const struct l3_driver_request *request,
                struct l3_driver_answer *answer);
  int (*idle)(struct l3_driver *driver, l3_code code);
  void *buffer;
  unsigned room;
  unsigned timeouts;
  void *state;
};
int l3_driver_loop(struct l3_driver *driver);
