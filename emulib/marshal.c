/*
 * System calls to messages: the table-driven path that most calls take.
 *
 * Words are {number, six arguments}; memory arguments become strings, in order (docs/architecture.md).
 * Only words that the registers have no room for are stored in the message: of calls with at most two arguments none.
 */
#include "emulib.h"
#include "tables.h"

const struct call_row *find_row(u32 nr) {
  if (nr < LINUX_CALLS) {
    u32 row = call_index[nr];
    return row ? &call_rows[row - 1] : 0;
  }
  if (nr >= SYS_exec_image && nr - SYS_exec_image < sizeof call_rows / sizeof call_rows[0] - FIRST_EMULATOR_ROW)
    return &call_rows[FIRST_EMULATOR_ROW + nr - SYS_exec_image];
  return 0;
}

/* Programs may name only their own half of the address space, as on Linux; the library itself may name all. */
int in_user_space(u32 address, u32 bytes) {
  return address <= USER_TOP && bytes <= USER_TOP - address;
}

/* Bytes of a buffer up to the first page on which `try` fails (touch, touch_for_writing). */
u32 accessible(u32 address, u32 bytes, int (*try)(u32 address)) {
  for (u32 done = 0; done < bytes; done += PAGE_SIZE - (address + done) % PAGE_SIZE)
    if (try(address + done)) return done;
  return bytes;
}

/* The strings of the message under construction, and what its last word says of the pointers. */
struct parts {
  u32 sent, received, flags;
};

static int send_part(struct parts *parts, u32 address, u32 size) {
  if (parts->sent == MAX_PARTS) return -EINVAL;
  STATE->message.strings[parts->sent].send_size = size;
  STATE->message.strings[parts->sent++].send_address = address;
  return 0;
}

static int receive_part(struct parts *parts, u32 address, u32 size) {
  if (parts->received == MAX_PARTS) return -EINVAL;
  STATE->message.strings[parts->received].receive_size = size;
  STATE->message.strings[parts->received++].receive_address = address;
  return 0;
}

/* A pointer out of the program's half of the address space stands for nothing. */
static inline int add_buffer(struct parts *parts, u32 argument, u32 address, u32 size, u32 direction, int check) {
  int error = 0;

  if (check && !in_user_space(address, size)) {
    parts->flags |= MEMORY_BAD_ARGUMENT << argument;
    size = 0;
  }
  if (direction & BUFFER_SENT) error = send_part(parts, address, size);
  if (direction & BUFFER_RECEIVED && !error) error = receive_part(parts, address, size);
  return error;
}

static int add_string(struct parts *parts, u32 argument, u32 address) {
  u32 limit = PATH_MAX;
  int length;

  if (address < USER_TOP) {
    if (limit > USER_TOP - address) limit = USER_TOP - address;
    length = user_strlen((const char *)address, limit);
    /* One that is too long shows by its length. */
    if (length == PATH_MAX || (length >= 0 && (u32)length < limit)) return send_part(parts, address, length);
  }
  parts->flags |= MEMORY_BAD_ARGUMENT << argument;
  return send_part(parts, 0, 0);
}

/* The parts of a message, which transfers.c has put together: one string. */
static int add_vector(struct parts *parts, const struct part *vector, u32 count, int in) {
  for (u32 i = 0; i < count; i++) {
    u32 size = vector[i].length | (i ? CONTINUES : 0);
    int error = in ? send_part(parts, vector[i].base, size) : receive_part(parts, vector[i].base, size);

    if (error) return error;
  }
  if (count) return 0;
  return in ? send_part(parts, 0, 0) : receive_part(parts, 0, 0);
}

/* Cuts the string to be sent that holds a bad address, so that it ends there. Returns 0 when none does. */
static int cut_sent(u32 count, u32 bad) {
  struct string_dope *part = STATE->message.strings, *end = part + count;

  while (part < end && bad - part->send_address >= (part->send_size & ~CONTINUES)) part++;
  if (part == end) return 0;
  part->send_size = (part->send_size & CONTINUES) | (bad - part->send_address);
  while (++part < end && part->send_size & CONTINUES) part->send_size = CONTINUES;
  return 1;
}

/* Cuts the buffers to what can be written of them. */
static void cut_received(u32 count) {
  for (struct string_dope *part = STATE->message.strings; count--; part++)
    part->receive_size = accessible(part->receive_address, part->receive_size, touch_for_writing);
}

static int add_command(struct parts *parts, const struct command_row *rows, u32 count, u32 argument,
                       const u32 *arguments, int check) {
  u32 command = arguments[argument - 1];

  for (u32 i = 0; i < count; i++)
    if (rows[i].nr == command)
      return add_buffer(parts, argument, arguments[argument], rows[i].size, rows[i].direction, check);
  return 0;
}

static inline int add_argument(struct parts *parts, const struct call_kind *kind, const u32 *arguments, int check) {
  u32 i = kind->argument;
  u32 value = arguments[i];

  if (kind->kind <= KIND_INOUTBYTES) {
    u32 size = kind->size;

    if (kind->kind & BUFFER_COUNTED) {
      u32 units = arguments[kind->length];

      if (units > kind->limit) units = kind->limit;
      size *= units;
    } else if (value == 0)
      /* A null pointer travels as an empty string; the server knows from the word whether it may be null. */
      size = 0;
    return add_buffer(parts, i, value, size, kind->kind, check);
  }
  switch (kind->kind) {
    case KIND_OPTIONALSTRING:
      if (value == 0) return send_part(parts, 0, 0);
      /* fall through */
    case KIND_STRING: return add_string(parts, i, value);
    case KIND_INVECTOR: return add_vector(parts, (const struct part *)value, arguments[i + 1], 1);
    case KIND_OUTVECTOR: return add_vector(parts, (const struct part *)value, arguments[i + 1], 0);
    case KIND_IOCTL:
      return add_command(parts, ioctl_commands, sizeof ioctl_commands / sizeof ioctl_commands[0], i, arguments, check);
    case KIND_FCNTL:
      return add_command(parts, fcntl_commands, sizeof fcntl_commands / sizeof fcntl_commands[0], i, arguments, check);
    default: return 0;
  }
}

int ipc_failure(u32 code) {
  switch (code & IPC_ERROR_MASK) {
    case IPC_SEND_CANCELLED:
    case IPC_SEND_ABORTED:
      /* The server has not seen the call: repeating it is invisible. */
      return -ERESTARTSYS;
    case IPC_RECEIVE_CANCELLED:
    case IPC_RECEIVE_ABORTED: return -EINTR;
    case IPC_SEND_SENDER_FAULT:
    case IPC_SEND_RECEIVER_FAULT:
    case IPC_RECEIVE_SENDER_FAULT:
    case IPC_RECEIVE_RECEIVER_FAULT: return -EFAULT;
    case IPC_SEND_CUT: return -E2BIG;
    default: return -EIO;
  }
}

/* The message is cut to what is accessible and says so. Words that its call has no arguments for are 0. */
static void announce(struct ipc *call, u32 nr, const u32 *arguments, u32 count, u32 flags, const struct parts *parts) {
  struct message *message = &STATE->message;

  for (u32 i = REGISTER_WORDS - 1; i < ARGUMENT_COUNT; i++) message->words[i + 1] = i < count ? arguments[i] : 0;
  message->words[CALL_WORDS] = flags;
  message->send_dope = WORDS << 13 | parts->sent << 8;
  call->w0 = nr, call->w1 = arguments[0], call->w2 = arguments[1];
}

/*
 * Makes one call to the Unix server. Returns its result: ≥ 0, or a negative errno (or restart code). Calls from the
 * library's own range may pass buffers of the private page. Numbers without a row go there with all arguments, to be
 * refused. A call that meets bad memory is made again with as much as is good: the server has not seen it, or asked for
 * that.
 */
int request(const struct call_row *row, u32 nr, const u32 *arguments) {
  struct message *message = &STATE->message;
  struct ipc call = {0, 0, PROCESS_WORD(PROCESS_SERVER), nr, arguments[0], arguments[1]};
  u32 count = row ? row->count : ARGUMENT_COUNT;
  u32 memory = row ? row->memory : 0;
  struct parts parts = {0, 0, 0};
  u32 code;
  int error;

  if (memory || count >= REGISTER_WORDS) {
    for (u32 i = 0; i < memory; i++) {
      error = add_argument(&parts, &row->kinds[i], arguments, row < call_rows + FIRST_EMULATOR_ROW);
      if (error) return error;
    }
    for (u32 i = REGISTER_WORDS - 1; i < count; i++) message->words[i + 1] = arguments[i];
    message->receive_window = 0;
    message->size_dope = WORDS << 13 | parts.received << 8;
    message->send_dope = (count + 1) << 13 | parts.sent << 8;
    call.send = (u32)message;
    if (parts.received) call.receive = (u32)message;
    if (parts.flags) announce(&call, nr, arguments, count, parts.flags, &parts);
  }
  code = ipc(&call);
  while ((code & IPC_ERROR_MASK) == IPC_SEND_SENDER_FAULT && cut_sent(parts.sent, call.w0)) {
    announce(&call, nr, arguments, count, parts.flags, &parts);
    code = ipc(&call);
  }
  error = ipc_error(code);
  if (!error && (int)call.w0 == -EPROBE) {
    cut_received(parts.received);
    announce(&call, nr, arguments, count, parts.flags | MEMORY_PROBED, &parts);
    error = ipc_error(ipc(&call));
  }
  return error ? error : (int)call.w0;
}

int server_call(u32 nr, u32 a0, u32 a1, u32 a2, u32 a3, u32 a4, u32 a5) {
  u32 arguments[] = {a0, a1, a2, a3, a4, a5};

  return request(find_row(nr), nr, arguments);
}
