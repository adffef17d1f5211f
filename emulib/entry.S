/*
 * Where the kernel and the program enter the emulation library, and the few routines that C cannot express.
 *
 * The kernel mirrors traps to emulib_trap_entry with ESP on the handler stack (kernel/abi/trap-frame.ts).
 * A program reaches emulib_sysinfo by the pointer of AT_SYSINFO, as on Linux.
 */
#include "layout.h"

	.section .text.entry, "ax"

/* The server starts threads with ESP at the top of their handler stacks. This is the first instruction of a new program image. */
	.globl emulib_start
emulib_start:
	call	set_up_traps
	call	start_program
	jmp	leave

/* First instruction of a forked child, with a copy of the parent's private page. */
	.globl emulib_child
emulib_child:
	call	set_up_traps
	call	start_child
	jmp	leave

/* First instruction of a new thread. */
	.globl emulib_thread
emulib_thread:
	call	start_thread
	jmp	leave

/*
 * The IPC of a system call of at most two arguments without memory: number in EAX, arguments in EBX and EDI. Result in EDX, completion code in EAX; goes
 * to `otherwise` if there is more to do than storing the result: an error, signals (the answer's second word), a restart code.
 */
	.macro	plain_call otherwise
	movl	%eax, %edx
	movl	PROCESS_PAGE + PROCESS_SERVER, %esi
	xorl	%eax, %eax
	xorl	%ebp, %ebp
	xorl	%ecx, %ecx
	int	$KERNEL_IPC
	testl	$IPC_ERROR_MASK, %eax
	jnz	\otherwise
	testl	%ebx, %ebx
	jnz	\otherwise
	leal	ERESTARTNOHAND(%edx), %ecx
	cmpl	$ERESTARTNOHAND - ERESTARTSYS, %ecx
	jbe	\otherwise
	.endm

/*
 * Traps. A system call of at most two arguments without memory has its short way here: the kernel left the program's
 * registers as they were, so the message {number, EBX, ECX} is nearly in place. ESP is at the top of the handler stack, from where
 * the trap frame is a constant away.
 */
#define TRAPPED(offset) (offset - HANDLER_STACK_OFFSET)(%esp)
	.globl emulib_trap_entry
emulib_trap_entry:
	cmpl	$SYSTEM_CALL_VECTOR, TRAPPED(FRAME_VECTOR)
	jne	1f
	cmpl	$LINUX_CALLS, %eax
	jae	1f
	movl	%ecx, %edi
	movzwl	call_index(,%eax,2), %ecx
	decl	%ecx
	cmpl	$REGISTER_ROWS, %ecx
	jae	1f
	plain_call 2f
	movl	%edx, TRAPPED(FRAME_EAX)
leave:
	leal	TRAPPED(0), %eax
	int	$KERNEL_TRAP_RETURN
	ud2
1:	call	handle_trap
	jmp	leave
2:	pushl	%edx
	pushl	%eax
	call	finish_call
	addl	$8, %esp
	jmp	leave

/*
 * A fault inside the library: expected in the routines that touch user memory (they return -1), else fatal.
 * Registers are those of the faulting instruction.
 */
	.globl emulib_nested_entry
emulib_nested_entry:
	movl	%esp, %eax
	andl	$AREA_MASK, %eax
	cmpl	$user_access_begin, FRAME_NESTED_EIP(%eax)
	jb	1f
	cmpl	$user_access_end, FRAME_NESTED_EIP(%eax)
	jae	1f
	.globl user_access_failed
user_access_failed:
	cld
	movl	$-1, %eax
	popl	%edi
	popl	%esi
	ret
1:	leal	HANDLER_STACK_OFFSET(%eax), %esp
	cld
	call	die_of_nested_fault

/* Takes the trap handler away and traps: the kernel tells the server, which kills the process. */
	.globl give_up
give_up:
	xorl	%eax, %eax
	int	$KERNEL_TRAP_SETUP
	ud2

	.globl set_up_traps
set_up_traps:
	pushl	%ebx
	movl	%esp, %eax
	andl	$AREA_MASK, %eax
	movl	$emulib_trap_entry, %ecx
	leal	HANDLER_STACK_OFFSET(%eax), %edx
	movl	$emulib_nested_entry, %ebx
	int	$KERNEL_TRAP_SETUP
	popl	%ebx
	ret

/*
 * AT_SYSINFO, on the program's own stack, as a vDSO is: calls answered from the process page take one table look-up, the
 * clock is read in C, and a system call of at most two arguments without memory is one IPC. All others trap. So does the end
 * of a call with more to it than a result (an error, a restart, signals): FINISH_VECTOR, with the program's registers on its
 * stack (struct unfinished of trap.c).
 */
	.globl emulib_sysinfo
emulib_sysinfo:
	cmpl	$SYS_clock_gettime, %eax
	je	3f
	cmpl	$SYS_clock_gettime64, %eax
	je	4f
	cmpl	$LOCAL_OFFSETS, %eax
	jae	1f
	pushl	%ecx
	movzbl	local_offsets(%eax), %ecx
	jecxz	2f
	movl	PROCESS_PAGE-1(%ecx), %eax
	popl	%ecx
	ret
1:	cmpl	$LINUX_CALLS, %eax
	jae	system_call_gate
	pushl	%ecx
2:	movzwl	call_index(,%eax,2), %ecx
	decl	%ecx
	cmpl	$REGISTER_ROWS, %ecx
	jae	6f
	pushl	%edx
	pushl	%ebx
	pushl	%ebp
	pushl	%esi
	pushl	%edi
	pushl	%eax
	movl	24(%esp), %edi
	plain_call 7f
	movl	%edx, (%esp)
	popl	%eax
	popl	%edi
	popl	%esi
	popl	%ebp
	popl	%ebx
	popl	%edx
	popl	%ecx
	ret
6:	popl	%ecx
	.globl system_call_gate
system_call_gate:
	int	$SYSTEM_CALL_VECTOR
	.globl system_call_end
system_call_end:
	ret
7:	pushl	%edx
	pushl	%eax
	int	$FINISH_VECTOR
	.globl finish_gate_end
finish_gate_end:
	ud2
3:	cmpl	$1, %ebx
	ja	system_call_gate
	pushl	%edx
	pushl	%ecx
	pushl	%ecx
	pushl	%ebx
	call	read_clock_32
	jmp	5f
4:	cmpl	$1, %ebx
	ja	system_call_gate
	pushl	%edx
	pushl	%ecx
	pushl	%ecx
	pushl	%ebx
	call	read_clock_64
5:	addl	$8, %esp
	popl	%ecx
	popl	%edx
	ret

/* Return addresses of signal handlers without a restorer of their own; the bytes are the ones debuggers look for. */
	.globl signal_return
signal_return:
	popl	%eax
	movl	$SYS_sigreturn, %eax
	int	$0x80
	.globl rt_signal_return
rt_signal_return:
	movl	$SYS_rt_sigreturn, %eax
	int	$0x80

/* unsigned set_descriptor(entry, base, limit, flags) */
	.globl set_descriptor
set_descriptor:
	pushl	%ebx
	movl	8(%esp), %eax
	movl	12(%esp), %ecx
	movl	16(%esp), %edx
	movl	20(%esp), %ebx
	int	$KERNEL_SET_DESCRIPTOR
	popl	%ebx
	ret

/* Between these labels user memory is touched. All routines push the same two registers, for the nested entry. */
	.globl user_access_begin, user_access_end
user_access_begin:

/* int copy(void *to, const void *from, unsigned bytes): 0, or -1 when either side faults. */
	.globl copy
copy:
	pushl	%esi
	pushl	%edi
	movl	12(%esp), %edi
	movl	16(%esp), %esi
	movl	20(%esp), %ecx
	movl	%ecx, %edx
	shrl	$2, %ecx
	rep movsl
	movl	%edx, %ecx
	andl	$3, %ecx
	rep movsb
	xorl	%eax, %eax
	popl	%edi
	popl	%esi
	ret

/* int user_strlen(const char *string, unsigned limit): length, limit when there is no NUL before it, or -1. */
	.globl user_strlen
user_strlen:
	pushl	%esi
	pushl	%edi
	movl	12(%esp), %edi
	movl	16(%esp), %ecx
	xorl	%eax, %eax
	movl	%ecx, %edx
	repne scasb
	jne	1f
	incl	%ecx
1:	movl	%edx, %eax
	subl	%ecx, %eax
	popl	%edi
	popl	%esi
	ret

/* int touch(u32 address), int touch_for_writing(u32 address): 0, or -1 when the byte there cannot be read, or written. */
	.globl touch, touch_for_writing
touch:
	pushl	%esi
	pushl	%edi
	movl	12(%esp), %edx
	movb	(%edx), %al
	jmp	1f
touch_for_writing:
	pushl	%esi
	pushl	%edi
	movl	12(%esp), %edx
	lock orb	$0, (%edx)
1:	xorl	%eax, %eax
	popl	%edi
	popl	%esi
	ret

/* int compare_exchange(u32 address, u32 old, u32 new), in one step: 0, or 1 when the word is not `old`, or -1 when it cannot be written. */
	.globl compare_exchange
compare_exchange:
	pushl	%esi
	pushl	%edi
	movl	12(%esp), %edx
	movl	16(%esp), %eax
	movl	20(%esp), %ecx
	lock cmpxchgl	%ecx, (%edx)
	setne	%al
	movzbl	%al, %eax
	popl	%edi
	popl	%esi
	ret
user_access_end:

	.section .note.GNU-stack, "", @progbits
