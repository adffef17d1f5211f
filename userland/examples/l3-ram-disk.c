/*
 * l3-ram-disk: a driver. It keeps blocks in memory and speaks the Generic Driver Protocol; a second process is its
 * client, and tells what it got.
 */
#include <l3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <tool.h>
#include <unistd.h>

static const char help[] = "Usage: l3-ram-disk\nA block driver and its client.\n";

#define BLOCK_BYTES 512u
#define BLOCKS 64u
/* One request moves so many blocks at most. */
#define BUFFER_BLOCKS 8u

static unsigned char medium[BLOCKS][BLOCK_BYTES];
static int is_open;

static void read_blocks(const struct l3_driver_request *request, struct l3_driver_answer *answer) {
  if (request->block > BLOCKS || request->count > BLOCKS - request->block) {
    answer->status = L3_STATUS_END_OF_MEDIUM;
  } else if (request->count > 0 && request->count <= BUFFER_BLOCKS) {
    answer->status = L3_STATUS_OK;
    answer->value[0] = request->count;
    answer->data = medium[request->block];
    answer->size = request->count * BLOCK_BYTES;
  }
}

static void write_blocks(const struct l3_driver_request *request, struct l3_driver_answer *answer) {
  unsigned count = request->size / BLOCK_BYTES;

  if (count == 0 || request->size % BLOCK_BYTES) return;
  if (request->block > BLOCKS || count > BLOCKS - request->block) {
    answer->status = L3_STATUS_END_OF_MEDIUM;
  } else {
    memcpy(medium[request->block], request->data, request->size);
    answer->status = L3_STATUS_OK;
    answer->value[0] = count;
  }
}

/* The answer says "bad argument" until something better is known. */
static void serve(struct l3_driver *driver, l3_id client, const struct l3_driver_request *request,
                  struct l3_driver_answer *answer) {
  (void)driver, (void)client;
  if (request->unit != 0) {
    answer->status = L3_STATUS_NO_SUCH_UNIT;
    return;
  }
  switch (request->operation) {
    case L3_DRIVER_IDENTIFY:
      *answer = (struct l3_driver_answer){L3_STATUS_OK, {L3_CLASS_BLOCK, BLOCK_BYTES, BLOCKS}, 0, 0};
      break;
    case L3_DRIVER_OPEN:
      answer->status = is_open ? L3_STATUS_BUSY : L3_STATUS_OK;
      is_open = 1;
      break;
    case L3_DRIVER_CLOSE:
      answer->status = L3_STATUS_OK;
      is_open = 0;
      break;
    case L3_DRIVER_READ: read_blocks(request, answer); break;
    case L3_DRIVER_WRITE: write_blocks(request, answer); break;
    case L3_DRIVER_FLUSH: answer->status = L3_STATUS_OK; break;
    default: answer->status = L3_STATUS_NOT_SUPPORTED;
  }
}

static void use(l3_id driver) {
  static char text[3 * BLOCK_BYTES], back[3 * BLOCK_BYTES];
  struct l3_driver_identity identity = {0, 0, 0};
  unsigned done;
  int status;

  for (unsigned i = 0; i < sizeof text; i++) text[i] = 'a' + i % 26;
  status = l3_driver_identify(driver, 0, &identity);
  printf("identify: %s, class %u, %u blocks of %u bytes\n", l3_driver_strerror(status), identity.class, identity.blocks,
         identity.block_bytes);
  printf("open: %s\n", l3_driver_strerror(l3_driver_open(driver, 0)));
  printf("open again: %s\n", l3_driver_strerror(l3_driver_open(driver, 0)));
  status = l3_driver_write(driver, 0, 5, text, sizeof text, &done);
  printf("write: %s, %u blocks\n", l3_driver_strerror(status), done);
  status = l3_driver_read(driver, 0, 5, 3, back, sizeof back, &done);
  printf("read: %s, %u blocks, %s\n", l3_driver_strerror(status), done,
         memcmp(text, back, sizeof text) ? "different" : "equal");
  printf("read beyond: %s\n", l3_driver_strerror(l3_driver_read(driver, 0, BLOCKS - 1, 2, back, sizeof back, &done)));
  printf("write half a block: %s\n", l3_driver_strerror(l3_driver_write(driver, 0, 0, text, 100, &done)));
  printf("unit 1: %s\n", l3_driver_strerror(l3_driver_open(driver, 1)));
  printf("control: %s\n", l3_driver_strerror(l3_driver_control(driver, 0, 1, 0, 0)));
  printf("close: %s\n", l3_driver_strerror(l3_driver_close(driver, 0)));
}

int main(int argc, char **argv) {
  static unsigned char buffer[BUFFER_BLOCKS * BLOCK_BYTES];
  struct l3_driver ram_disk = {.serve = serve, .buffer = buffer, .room = sizeof buffer};
  l3_id driver;
  int ends[2];
  pid_t child;

  no_options(argc, argv, help);
  if (pipe(ends) != 0) die_errno(1, "pipe");
  child = fork();
  if (child < 0) die_errno(1, "fork");
  if (child == 0) {
    driver = l3_myself();
    write(ends[1], &driver, sizeof driver);
    return l3_driver_loop(&ram_disk);
  }
  if (read(ends[0], &driver, sizeof driver) != sizeof driver) die(1, "no driver");
  use(driver);
  kill(child, SIGKILL);
  waitpid(child, 0, 0);
  printf("dead: %s\n", l3_driver_strerror(l3_driver_open(driver, 0)));
  return finish(0);
}
