/*
 * read and write of more than one message carries: several calls. Programs expect a regular file to be read and
 * written whole; pipes and terminals never give or take a whole chunk at once, so they end the loop by themselves.
 *
 * Vectors: a message has room for VECTOR_PARTS parts. Where these would carry little, they and those behind them travel
 * together through a buffer, so that a short transfer is one message, whatever it consists of.
 */
#include "emulib.h"

enum { FD, BUFFER, COUNT, OFFSET_LOW, OFFSET_HIGH };
/* What is added behind the arguments: bytes of the parts, and that a read is not the first of its call
 * (lites/abi/system-calls.ts). */
enum { TOTAL = 3, CONTINUED = 4, TOTAL_AT = 5 };
/* What one call moves at most: whole pages below 2^31, as on Linux. */
#define TRANSFER_MAX 0x7ffff000
/* In the scratch pages: small parts together, and the vector. */
#define GATHERED SCRATCH
#define GATHERED_BYTES (SCRATCH_SIZE - IOV_MAX * sizeof(struct part))
#define VECTOR ((struct part *)(SCRATCH + GATHERED_BYTES))

static void advance(u32 *a, u32 bytes) {
  a[OFFSET_LOW] += bytes;
  if (a[OFFSET_LOW] < bytes) a[OFFSET_HIGH]++;
}

static __attribute__((noinline)) int long_transfer(const struct call_row *row, u32 nr, const u32 *arguments) {
  u32 a[6] = {arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]};
  u32 left = a[COUNT], done = 0;
  int result;

  if (left > TRANSFER_MAX) left = TRANSFER_MAX;
  do {
    a[COUNT] = left < TRANSFER_LIMIT ? left : TRANSFER_LIMIT;
    result = request(row, nr, a);
    if (result <= 0) return done ? (int)done : result;
    done += result;
    left -= result;
    a[BUFFER] += result;
    /* pread64 and pwrite64; the other two ignore these words. */
    advance(a, result);
  } while (left && (u32)result == a[COUNT]);
  return done;
}

int transfer(u32 nr, const u32 *arguments) {
  const struct call_row *row = find_row(nr);

  return arguments[COUNT] <= TRANSFER_LIMIT ? request(row, nr, arguments) : long_transfer(row, nr, arguments);
}

/* Reads and checks a vector. Returns 0 or an error. */
static int fetch_vector(u32 address, u32 count) {
  if (count > IOV_MAX) return -EINVAL;
  if (!in_user_space(address, count * sizeof(struct part)) ||
      copy(VECTOR, (void *)address, count * sizeof(struct part)))
    return -EFAULT;
  for (u32 i = 0; i < count; i++) {
    if ((int)VECTOR[i].length < 0) return -EINVAL;
    if (!in_user_space(VECTOR[i].base, VECTOR[i].length)) return -EFAULT;
  }
  return 0;
}

/* A place in a vector. */
struct place {
  u32 index, offset;
};

/* The next piece of a vector, of at most `limit` bytes; its length is 0 at the end. */
static struct part next_piece(struct place *at, u32 count, u32 limit) {
  struct part piece = {0, 0};

  while (at->index < count && at->offset == VECTOR[at->index].length) at->index++, at->offset = 0;
  if (at->index == count) return piece;
  piece.base = VECTOR[at->index].base + at->offset;
  piece.length = VECTOR[at->index].length - at->offset;
  if (piece.length > limit) piece.length = limit;
  at->offset += piece.length;
  return piece;
}

/* What goes into one message: `total` bytes of the vector, of which the first `good` are accessible. */
struct chunk {
  struct part parts[VECTOR_PARTS];
  u32 used, total, good;
  int is_gathered;
};

/* The pieces of the vector themselves. What is sent is not looked at: that it is bad shows when it is. */
static void collect(struct chunk *chunk, struct place *at, u32 count, int reads) {
  chunk->used = chunk->total = chunk->good = 0;
  chunk->is_gathered = 0;
  while (chunk->used < VECTOR_PARTS && chunk->total < TRANSFER_LIMIT) {
    struct part piece = next_piece(at, count, TRANSFER_LIMIT - chunk->total);
    u32 good = piece.length;

    if (piece.length == 0) break;
    if (reads) good = chunk->good < chunk->total ? 0 : accessible(piece.base, piece.length, touch_for_writing);
    chunk->total += piece.length;
    chunk->good += good;
    piece.length = good;
    if (good) chunk->parts[chunk->used++] = piece;
    if (!good && chunk->good < chunk->total) break;
  }
}

/* Pieces through the buffer: what is written is put there now, what is read is handed out later. */
static void gather(struct chunk *chunk, struct place *at, u32 count, int reads) {
  chunk->used = 1;
  chunk->total = chunk->good = 0;
  chunk->is_gathered = 1;
  while (chunk->total < GATHERED_BYTES) {
    struct part piece = next_piece(at, count, GATHERED_BYTES - chunk->total);
    u32 good = 0;

    if (piece.length == 0) break;
    if (chunk->good == chunk->total) good = accessible(piece.base, piece.length, reads ? touch_for_writing : touch);
    if (good && !reads && copy((void *)(GATHERED + chunk->good), (void *)piece.base, good)) good = 0;
    chunk->total += piece.length;
    chunk->good += good;
  }
  chunk->parts[0].base = GATHERED;
  chunk->parts[0].length = chunk->good;
}

/* Hands out what was read into the buffer. */
static void scatter(struct place at, u32 count, u32 bytes) {
  for (u32 done = 0; done < bytes;) {
    struct part piece = next_piece(&at, count, bytes - done);

    copy((void *)piece.base, (void *)(GATHERED + done), piece.length);
    done += piece.length;
  }
}

static int is_at_end(struct place at, u32 count) {
  return next_piece(&at, count, 1).length == 0;
}

/* flags: none is known. */
int vector_transfer(u32 nr, const u32 *arguments, u32 flags) {
  const struct call_row *row = find_row(nr);
  int reads = nr == SYS_readv || nr == SYS_preadv, has_offset = nr == SYS_preadv || nr == SYS_pwritev;
  u32 a[6] = {arguments[FD], 0, 0, arguments[OFFSET_LOW], arguments[OFFSET_HIGH], 0};
  u32 count = arguments[COUNT], done = 0;
  struct place at = {0, 0};
  struct chunk chunk;
  int error = fetch_vector(arguments[BUFFER], count), result;

  if (!has_offset) a[TOTAL] = a[CONTINUED] = 0;
  if (!error && flags && !is_at_end(at, count)) error = -EOPNOTSUPP;
  if (error) {
    /* A bad descriptor comes before a bad vector. */
    result = request(row, nr, a);
    return result < 0 ? result : error;
  }
  do {
    struct place start = at;

    collect(&chunk, &at, count, reads);
    if (chunk.good < GATHERED_BYTES && chunk.good == chunk.total && !is_at_end(at, count)) {
      at = start;
      gather(&chunk, &at, count, reads);
    }
    a[BUFFER] = (u32)chunk.parts;
    a[COUNT] = chunk.used;
    a[has_offset ? TOTAL_AT : TOTAL] = chunk.total;
    result = request(row, nr, a);
    if (result <= 0) return done ? (int)done : result;
    if (chunk.is_gathered && reads) scatter(start, count, result);
    done += result;
    if (has_offset) advance(a, result);
    else a[CONTINUED] = 1;
  } while ((u32)result == chunk.total && !is_at_end(at, count));
  return done;
}

/* Words of struct msghdr (abi/structs.ts), and arguments of sendmsg and recvmsg as they travel. */
enum { HEADER_VECTOR = 2, HEADER_COUNT = 3, HEADER_CONTROL = 4, HEADER_CONTROL_LENGTH = 5, HEADER_WORDS = 7 };
enum { MESSAGE_FLAGS = 2 };

/* sendmsg and recvmsg: one message of the parts that the header names, however many they are. */
int socket_message(u32 nr, const u32 *arguments) {
  const struct call_row *row = find_row(nr);
  int reads = nr == SYS_recvmsg, error, result;
  u32 header[HEADER_WORDS];
  struct place at = {0, 0};
  struct chunk chunk;

  if (!in_user_space(arguments[1], sizeof header) || copy(header, (void *)arguments[1], sizeof header)) return -EFAULT;
  if (header[HEADER_COUNT] > IOV_MAX) return -EMSGSIZE;
  error = fetch_vector(header[HEADER_VECTOR], header[HEADER_COUNT]);
  if (error) return error;
  collect(&chunk, &at, header[HEADER_COUNT], reads);
  if (chunk.good == chunk.total && !is_at_end(at, header[HEADER_COUNT])) {
    at.index = at.offset = 0;
    gather(&chunk, &at, header[HEADER_COUNT], reads);
  }
  if (chunk.good < chunk.total) return -EFAULT;
  u32 a[6] = {arguments[FD],
              (u32)chunk.parts,
              chunk.used,
              arguments[MESSAGE_FLAGS],
              reads ? arguments[1] : header[HEADER_CONTROL],
              reads ? 0 : header[HEADER_CONTROL_LENGTH]};
  result = request(row, nr, a);
  if (result > 0 && reads && chunk.is_gathered) {
    at.index = at.offset = 0;
    scatter(at, header[HEADER_COUNT], (u32)result < chunk.good ? (u32)result : chunk.good);
  }
  return result;
}
