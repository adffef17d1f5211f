/*
 * Signal delivery and return. The server decides (take_signal); here the frame is built on the program's stack as
 * Linux/i386 does, so that handlers, debuggers and C libraries find what they expect. Layouts: Linux asm/sigcontext.h,
 * asm/ucontext.h.
 */
#include "emulib.h"

#define USER_CODE 0x73
#define USER_DATA 0x7b
#define DIRECTION_FLAG 0x400
#define TRAP_FLAG 0x100
/* EFLAGS bits that a signal frame may change: CF PF AF ZF SF TF DF OF, NT, RF, AC, ID. */
#define RESTORABLE_EFLAGS 0x00254dd5
#define MXCSR_BITS 0xffffu
#define MXCSR_INITIAL 0x1f80u
/* Upper half of status_and_magic: whether the FXSAVE image follows. */
#define FXSAVE_MAGIC 0u
#define FXSAVE_ALIGNMENT 64u
#define SYSTEM_CALL_INSTRUCTION_BYTES 2

/* struct _fpstate of Linux; fxsave lies at a multiple of FXSAVE_ALIGNMENT. */
struct floating_point {
  u32 fsave[27];
  u32 status_and_magic;
  struct {
    u32 x87[6], mxcsr, rest[121];
  } fxsave;
};
#define FSAVE_PART __builtin_offsetof(struct floating_point, fxsave)

struct sigcontext {
  u32 gs, fs, es, ds, edi, esi, ebp, esp, ebx, edx, ecx, eax, trapno, err, eip, cs, eflags, esp_at_signal, ss;
  u32 fpstate, oldmask, cr2;
};

struct signal_frame {
  u32 return_address, signal;
  struct sigcontext context;
  u8 unused[624];
  u32 mask_high;
  u8 return_code[8];
};

struct rt_signal_frame {
  u32 return_address, signal, info_pointer, context_pointer;
  u32 info[32];
  u32 uc_flags, uc_link, uc_stack[3];
  struct sigcontext context;
  u32 mask[2];
  u8 return_code[8];
};

/* What the server says about the signal to deliver. */
#define DELIVERED(field) (*(u32 *)(SCRATCH + (field)))
/* Where frames are put together before they are copied to the program's stack. */
#define WORKSPACE (SCRATCH + 0x400)

void report_exception(u32 vector, u32 error_code, u32 address, u32 reason, u32 eip, u32 fatal) {
  server_call(SYS_exception, vector, error_code, address, reason, eip, fatal);
}

static void stack_unusable(struct frame *frame) {
  report_exception(14, 6, frame->esp, 0, frame->eip, 1);
}

static void fill_context(struct sigcontext *c, const struct frame *f, u32 fpstate, u32 mask) {
  c->gs = f->gs, c->fs = f->fs, c->es = f->es, c->ds = f->ds;
  c->edi = f->edi, c->esi = f->esi, c->ebp = f->ebp, c->esp = f->esp;
  c->ebx = f->ebx, c->edx = f->edx, c->ecx = f->ecx, c->eax = f->eax;
  c->trapno = f->vector < 32 ? f->vector : 0;
  c->err = f->error_code;
  c->eip = f->eip, c->cs = USER_CODE, c->eflags = f->eflags;
  c->esp_at_signal = f->esp, c->ss = f->ss;
  c->fpstate = fpstate, c->oldmask = mask, c->cr2 = f->address;
}

static void clear_vector_unit(void) {
  u32 control = MXCSR_INITIAL;

  __asm__ volatile("ldmxcsr %0\n\t"
                   "pxor %%xmm0, %%xmm0\n\tpxor %%xmm1, %%xmm1\n\tpxor %%xmm2, %%xmm2\n\tpxor %%xmm3, %%xmm3\n\t"
                   "pxor %%xmm4, %%xmm4\n\tpxor %%xmm5, %%xmm5\n\tpxor %%xmm6, %%xmm6\n\tpxor %%xmm7, %%xmm7"
                   :
                   : "m"(control));
}

static u32 put_floating_point(u32 esp) {
  struct floating_point *state = (struct floating_point *)WORKSPACE;

  esp = ((esp - sizeof state->fxsave) & ~(FXSAVE_ALIGNMENT - 1)) - FSAVE_PART;
  /* FNSAVE leaves the x87 unit as a handler finds it. */
  __asm__ volatile("fxsave %0\n\tfnsave %1" : "=m"(state->fxsave), "=m"(state->fsave));
  state->status_and_magic = FXSAVE_MAGIC << 16 | (state->fsave[1] & 0xffff);
  clear_vector_unit();
  if (!in_user_space(esp, sizeof *state) || copy((void *)esp, state, sizeof *state)) return 0;
  return esp;
}

/* Returns 0 when the frame cannot be written. */
static int push_rt_frame(struct frame *frame, u32 fpstate) {
  struct rt_signal_frame *f = (struct rt_signal_frame *)WORKSPACE;
  u32 esp = ((fpstate - sizeof *f + 4) & ~15u) - 4;
  u32 flags = DELIVERED(DELIVERY_FLAGS);

  f->return_address = flags & SA_RESTORER ? DELIVERED(DELIVERY_RESTORER) : (u32)rt_signal_return;
  f->signal = DELIVERED(DELIVERY_SIGNAL);
  f->info_pointer = esp + __builtin_offsetof(struct rt_signal_frame, info);
  f->context_pointer = esp + __builtin_offsetof(struct rt_signal_frame, uc_flags);
  copy(f->info, &DELIVERED(DELIVERY_SIGINFO), sizeof f->info);
  f->uc_flags = f->uc_link = 0;
  copy(f->uc_stack, &DELIVERED(DELIVERY_ALTSTACK_BASE), sizeof f->uc_stack);
  fill_context(&f->context, frame, fpstate, DELIVERED(DELIVERY_MASK));
  f->mask[0] = DELIVERED(DELIVERY_MASK);
  f->mask[1] = DELIVERED(DELIVERY_MASK + 4);
  copy(f->return_code, (void *)rt_signal_return, sizeof f->return_code);
  if (!in_user_space(esp, sizeof *f) || copy((void *)esp, f, sizeof *f)) return 0;
  frame->eax = f->signal;
  frame->edx = f->info_pointer;
  frame->ecx = f->context_pointer;
  frame->esp = esp;
  return 1;
}

static int push_frame(struct frame *frame, u32 fpstate) {
  struct signal_frame *f = (struct signal_frame *)WORKSPACE;
  u32 esp = ((fpstate - sizeof *f + 4) & ~15u) - 4;

  f->return_address = DELIVERED(DELIVERY_FLAGS) & SA_RESTORER ? DELIVERED(DELIVERY_RESTORER) : (u32)signal_return;
  f->signal = DELIVERED(DELIVERY_SIGNAL);
  fill_context(&f->context, frame, fpstate, DELIVERED(DELIVERY_MASK));
  f->mask_high = DELIVERED(DELIVERY_MASK + 4);
  copy(f->return_code, (void *)signal_return, sizeof f->return_code);
  if (!in_user_space(esp, sizeof *f) || copy((void *)esp, f, sizeof *f)) return 0;
  frame->eax = f->signal;
  frame->edx = frame->ecx = 0;
  frame->esp = esp;
  return 1;
}

static void call_handler(struct frame *frame) {
  u32 stack = DELIVERED(DELIVERY_STACK);
  u32 fpstate;
  int done;

  if (STATE->restart == ERESTARTSYS && DELIVERED(DELIVERY_FLAGS) & SA_RESTART) {
    frame->eip -= SYSTEM_CALL_INSTRUCTION_BYTES;
    frame->eax = STATE->restart_call;
  }
  STATE->restart = 0;
  fpstate = put_floating_point(stack ? stack : frame->esp);
  done = fpstate != 0;
  if (done) done = DELIVERED(DELIVERY_FLAGS) & SA_SIGINFO ? push_rt_frame(frame, fpstate) : push_frame(frame, fpstate);
  if (!done) {
    stack_unusable(frame);
    return;
  }
  frame->eip = DELIVERED(DELIVERY_HANDLER);
  frame->eflags &= ~(DIRECTION_FLAG | TRAP_FLAG);
  frame->ds = frame->es = frame->ss = USER_DATA;
}

/* One request to the server for a signal, its answer at SCRATCH. Returns the signal number, 0, or an error. */
static int next_signal(struct frame *frame) {
  struct message *message = &STATE->message;
  struct ipc call = {(u32)message, (u32)message, PROCESS_WORD(PROCESS_SERVER), SYS_take_signal, SCRATCH, frame->esp};
  int error;

  message->receive_window = 0;
  message->size_dope = WORDS << 13 | 1 << 8;
  message->send_dope = 3 << 13;
  message->strings[0].receive_size = DELIVERY_SIZE;
  message->strings[0].receive_address = SCRATCH;
  error = ipc_error(ipc(&call));
  return error ? error : (int)call.w0;
}

/*
 * Takes all signals that may be taken now. Several handlers nest: the frame of the second is built over
 * the entry of the first. An interrupted call is repeated in the end if no handler ran.
 */
void take_signals(struct frame *frame) {
  int signal;

  do {
    signal = next_signal(frame);
    if (signal > 0) call_handler(frame);
    /* After the last one nothing is left to be asked: the server says so in the process page. */
  } while ((signal > 0 && THREAD_WORD(THREAD_SIGNAL_PENDING)) || signal == -ERESTARTSYS);
  if (STATE->restart) {
    frame->eip -= SYSTEM_CALL_INSTRUCTION_BYTES;
    frame->eax = STATE->restart_call;
    STATE->restart = 0;
  }
}

static void restore_context(struct frame *f, const struct sigcontext *c) {
  f->gs = c->gs & 0xffff, f->fs = c->fs & 0xffff, f->es = c->es & 0xffff, f->ds = c->ds & 0xffff,
  f->ss = c->ss & 0xffff;
  f->edi = c->edi, f->esi = c->esi, f->ebp = c->ebp, f->esp = c->esp;
  f->ebx = c->ebx, f->edx = c->edx, f->ecx = c->ecx, f->eax = c->eax;
  f->eip = c->eip;
  f->eflags = (f->eflags & ~RESTORABLE_EFLAGS) | (c->eflags & RESTORABLE_EFLAGS);
}

static int restore_floating_point(u32 address) {
  struct floating_point *state = (struct floating_point *)WORKSPACE;

  if (!address) {
    __asm__ volatile("fninit");
    clear_vector_unit();
    return 1;
  }
  if (!in_user_space(address, FSAVE_PART) || copy(state, (void *)address, FSAVE_PART)) return 0;
  if (state->status_and_magic >> 16 == FXSAVE_MAGIC) {
    u32 image = address + FSAVE_PART;

    if (!in_user_space(image, sizeof state->fxsave) || copy(&state->fxsave, (void *)image, sizeof state->fxsave))
      return 0;
    state->fxsave.mxcsr &= MXCSR_BITS;
    __asm__ volatile("fxrstor %0" : : "m"(state->fxsave));
  }
  /* As on Linux, the x87 registers come from the older image. An exception that is pending now must not disturb FRSTOR.
   */
  __asm__ volatile("fninit\n\tfrstor %0" : : "m"(state->fsave));
  return 1;
}

/* sigreturn (ESP is past the return address and the popped signal number) and rt_sigreturn (past the return address).
 */
int signal_return_call(struct frame *frame, int real_time) {
  u32 start = frame->esp - (real_time ? 4 : 8);
  u32 bytes = real_time ? sizeof(struct rt_signal_frame) : sizeof(struct signal_frame);
  struct rt_signal_frame *rt = (struct rt_signal_frame *)SCRATCH;
  struct signal_frame *old = (struct signal_frame *)SCRATCH;
  struct sigcontext context;
  u32 mask[2];
  struct message *message = &STATE->message;
  struct ipc call = {(u32)message, 0, PROCESS_WORD(PROCESS_SERVER), SYS_restore_mask, (u32)mask, 0};

  if (!in_user_space(start, bytes) || copy((void *)SCRATCH, (void *)start, bytes)) {
    stack_unusable(frame);
    return -EFAULT;
  }
  context = real_time ? rt->context : old->context;
  mask[0] = real_time ? rt->mask[0] : old->context.oldmask;
  mask[1] = real_time ? rt->mask[1] : old->mask_high;
  if (!restore_floating_point(context.fpstate)) {
    stack_unusable(frame);
    return -EFAULT;
  }
  restore_context(frame, &context);
  message->receive_window = 0;
  message->size_dope = WORDS << 13;
  message->send_dope = 2 << 13 | 1 << 8;
  message->strings[0].send_size = sizeof mask;
  message->strings[0].send_address = (u32)mask;
  ipc(&call);
  return 0;
}
