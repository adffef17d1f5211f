/* The client's side of the Generic Driver Protocol. (servers/abi/generic-driver.ts) */
#include <l3/driver.h>

#define WORDS 4

int l3_driver_call(l3_id driver, const struct l3_driver_request *request, struct l3_driver_answer *answer) {
  L3_MESSAGE(WORDS, 1) message;
  unsigned words[3] = {request->operation, request->unit, request->block};
  l3_code code;

  l3_message_init(&message);
  message.send_dope = L3_DOPE(WORDS, request->data != 0);
  message.word[3] = request->count;
  message.string[0] = (struct l3_string){request->size, request->data, request->room, request->buffer};
  code = l3_call(driver, L3_LONG(&message), words, L3_LONG(&message), L3_NO_TIMEOUTS);
  if (l3_error(code)) {
    *answer = (struct l3_driver_answer){.status = -1};
    return -1;
  }
  *answer = (struct l3_driver_answer){
      .status = (int)words[0],
      .value = {words[1], words[2], L3_DOPE_WORDS(code) > 3 ? message.word[3] : 0},
      .data = request->buffer,
      .size = L3_DOPE_STRINGS(code) ? message.string[0].send_size : 0,
  };
  return answer->status;
}

/* A request whose answer is one value. */
static int simple(l3_id driver, const struct l3_driver_request *request, unsigned *value) {
  struct l3_driver_answer answer;
  int status = l3_driver_call(driver, request, &answer);

  if (value) *value = status == L3_STATUS_OK ? answer.value[0] : 0;
  return status;
}

int l3_driver_identify(l3_id driver, unsigned unit, struct l3_driver_identity *identity) {
  const struct l3_driver_request request = {.operation = L3_DRIVER_IDENTIFY, .unit = unit};
  struct l3_driver_answer answer;
  int status = l3_driver_call(driver, &request, &answer);

  if (status == L3_STATUS_OK)
    *identity = (struct l3_driver_identity){answer.value[0], answer.value[1], answer.value[2]};
  return status;
}

int l3_driver_open(l3_id driver, unsigned unit) {
  return simple(driver, &(struct l3_driver_request){.operation = L3_DRIVER_OPEN, .unit = unit}, 0);
}

int l3_driver_close(l3_id driver, unsigned unit) {
  return simple(driver, &(struct l3_driver_request){.operation = L3_DRIVER_CLOSE, .unit = unit}, 0);
}

int l3_driver_read(l3_id driver, unsigned unit, unsigned block, unsigned count, void *buffer, unsigned room,
                   unsigned *done) {
  const struct l3_driver_request request = {
      .operation = L3_DRIVER_READ, .unit = unit, .block = block, .count = count, .buffer = buffer, .room = room};

  return simple(driver, &request, done);
}

int l3_driver_write(l3_id driver, unsigned unit, unsigned block, const void *data, unsigned size, unsigned *done) {
  const struct l3_driver_request request = {
      .operation = L3_DRIVER_WRITE, .unit = unit, .block = block, .data = data, .size = size};

  return simple(driver, &request, done);
}

int l3_driver_control(l3_id driver, unsigned unit, unsigned code, unsigned argument, unsigned *result) {
  const struct l3_driver_request request = {
      .operation = L3_DRIVER_CONTROL, .unit = unit, .block = code, .count = argument};

  return simple(driver, &request, result);
}
