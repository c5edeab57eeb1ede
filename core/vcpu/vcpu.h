/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A virtual processor: its registers, its VMCS, and the events that wait for it.
 *
 * A vCPU is used by one thread at a time (the platform's vcpu mutex).  "Loaded" means: its VMCS is
 * current on this CPU; what reads or writes the VMCS needs that.
 */
#ifndef LINTEL_VCPU_H
#define LINTEL_VCPU_H

#include "request.h"
#include "vm.h"
#include "exit/exit.h"
#include "facts/control.h"
#include "vcpu/stats.h"

/* clang-format off */
/* Encoding order of the processor ("Instruction Format"). */
enum vcpu_reg {
	REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
	REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
	REG_COUNT
};

/* clang-format on */
/* Order of the VMCS fields and of the instruction-information field. */
enum vcpu_seg { SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS, SEG_LDTR, SEG_TR, SEG_COUNT };

/* vcpu->mode: what a kick has to do. */
enum vcpu_mode { VCPU_OUTSIDE, VCPU_IN_GUEST, VCPU_WAITING };

/* What is to be told of the pins of the interrupt controllers: the 8259s' in the low bits, the I/O
 * APIC's from PIN_NEWS_IOAPIC on. */
#define PIN_NEWS_IOAPIC 16
struct pin_news {
	u64 acknowledged;
	u64 unmasked;
};

static inline bool pin_news_exist(const struct pin_news *news)
{
	return news->acknowledged | news->unmasked;
}

/* The VMCS and what belongs to it. */
struct loaded_vmcs {
	void *region;	/* host_alloc_pages(vmcs_config.order) */
	u8 *msr_bitmap; /* one page, or NULL when the processor has none */
	int cpu;	/* where it is current or may be cached; -1: nowhere */
	bool launched;
	u64 left_tsc, left_ns;	/* the host's clocks as it left the last CPU; 0: it was on none */
	struct host_state host; /* as the host-state area has it now */
	struct host_counters counters;	     /* IA32_PERF_GLOBAL_CTRL, of both, as it has it */
	struct loaded_vmcs *next, *previous; /* the platform's list of those on one CPU */
};

/* What is in the VM-entry interruption field. */
enum vcpu_entered {
	ENTERED_NOTHING,
	ENTERED_EXCEPTION,
	ENTERED_NMI,
	ENTERED_SOFT,
	ENTERED_INTERRUPT
};

/* Events, as KVM_GET_VCPU_EVENTS shows them. */
struct vcpu_events {
	enum vcpu_entered entered; /* the others wait */
	struct {
		bool pending;  /* raised, not yet delivered */
		bool injected; /* delivery began and was cut short by an exit */
		bool has_error;
		u8 vector;
		u32 error;
		u64 payload; /* CR2 of #PF, DR6 bits of #DB; taken at delivery */
		bool has_payload;
	} exception;
	struct {
		bool injected; /* queued by KVM_INTERRUPT, or cut short */
		u8 vector;
	} interrupt;
	struct {
		bool injected; /* cut short; an interrupt may wait at the same time */
		u8 vector;
	} soft; /* INT n */
	struct {
		unsigned int pending; /* at most 2 */
		bool injected;
		bool may_block; /* one was delivered since NMIs were last seen unblocked */
	} nmi;
	u32 instruction_length; /* of the INT n, INT3 or INTO to be injected again */
};

/* The debugger of user space, and what the guest runs with: see guest_debug.h. */
struct vcpu_debug {
	u32 control;	      /* KVM_GUESTDBG_*; 0: there is none */
	u64 dr[4], dr7;	      /* its breakpoints */
	const u64 *dr_in_use; /* DR0-DR3 in the processor: those, or the guest's own; and DR7 */
	u64 dr7_in_use;
	bool own_tf; /* RFLAGS.TF would be on without it */
	/* VCPU_REQUEST_DEBUG: */
	u8 exception;
	u64 dr6;	 /* bits of DR6_TRAPS */
	u32 int3_length; /* of the last breakpoint that exited; 0: none */
};

struct vcpu {
	struct vm *vm;
	u32 id;
	struct kvm_run *run; /* shared with user space: hostile, may change under us */
	u8 *pio_data;	     /* the page after it, also mapped by user space */

	u64 regs[REG_COUNT]; /* the world switch knows this offset; RSP only via accessors */
	u64 cr2;
	struct loaded_vmcs vmcs;
	u16 vpid;	    /* 0: none */
	u32 exits_disabled; /* KVM_CAP_X86_DISABLE_EXITS, of its VM when it was made */
	u64 *pml;	    /* the list of pages written, a page; NULL where it is not used */
	/* The last EPT violation was for a page of memory that was at hand, in a table that was
	 * there: the next may be answered with interrupts off. */
	bool page_at_hand;
	struct dirty_ring *dirty_ring; /* NULL: the VM has none; see mem/dirty_ring.h */

	/* Control registers and MSRs as the guest sees them; what is not here is in the VMCS. */
	u64 cr0, cr4;
	u64 cr8;	 /* without a local APIC: see vcpu_cr8_read() */
	u64 cr4_allowed; /* bits that CPUID announces */
	u64 efer, apic_base;
	u64 xcr0;
	u64 spec_ctrl; /* IA32_SPEC_CTRL; host_vmenter() loads it */
	u64 dr[4], dr6, dr7;
	struct vcpu_debug debug;

	/* RIP, RSP, RFLAGS are read from the VMCS once per exit and written before the entry. The
	 * access rights of CS and SS and the interruptibility state are read once. */
	u64 rip, rflags;
	u32 cs_rights, ss_rights, interruptibility;
	u32 cached, dirty; /* bits VCPU_CACHED_* */

	struct exit_info exit; /* the last one */
	struct vcpu_events events;
	u32 mp_state;	     /* KVM_MP_STATE_* */
	bool tpr_shadow;     /* the guest's TPR is the processor's to read and write */
	bool watches_tpr;    /* and an entry has to tell it what waits for a lower TPR */
	u32 tpr_threshold;   /* as the VMCS has it */
	struct lapic *lapic; /* NULL without interrupt controllers in the kernel */
	bool user_pic;	     /* the 8259s are user space's: their vectors come by KVM_INTERRUPT */
	bool window_wanted;  /* by them, in this KVM_RUN: request_interrupt_window */
	u32 nmis_arrived;    /* from other threads; anybody adds, the vCPU takes */
	struct pin_news pin_news; /* from while interrupts were off */

	/* After an exit to user space: what the next KVM_RUN does first; NULL: nothing. */
	enum exit_action (*complete)(struct vcpu *vcpu);
	struct vcpu_io *io; /* the access in progress: see emulate/ */

	struct vcpu_cpuid *cpuid; /* KVM_SET_CPUID2: see cpuid.h */
	struct vcpu_msrs *msrs;	  /* values of the MSRs that Lintel keeps: see msr/ */

	int error; /* errno for ACTION_ERROR */
	u32 requests;
	u32 mode;
	bool loaded;
	bool pv_enforced;	 /* KVM_CAP_ENFORCE_PV_FEATURE_CPUID: see pv_has() */
	bool has_run;		 /* KVM_RUN was called: CPUID is settled */
	bool guest_state_loaded; /* between vcpu_switch_to_guest() and _to_host() */
	struct tsc_rate tsc_rate;
	u64 tsc_offset;
	struct tsc_moment tsc_begin; /* when it was given its value */
	bool tsc_is_set;	     /* by user space, which has not only begun it */
	struct {
		u64 system_time, wall; /* KVM_SYSTEM_TIME, KVM_WALL_CLOCK as written */
		bool stopped;	       /* user space says that the guest was: tell it */
	} clock;		       /* kvmclock: see clock.h */
	struct {
		u64 msr;     /* KVM_STEAL_TIME as written */
		u64 counted; /* host_run_delay_ns() that is in the guest's page */
		bool begun;  /* since the MSR was written the page was written once */
		bool told;   /* the page says that it does not run */
	} steal;	     /* see steal_time.h */
	struct {
		u64 enable, interrupt;	  /* KVM_ASYNC_PF_EN, KVM_ASYNC_PF_INT as written */
		struct async_pf *waiting; /* pages that the guest waits for */
		u32 count;		  /* of them */
		u32 number;		  /* of the last one, for its token */
		bool wake_all;	/* the guest is to be told that all that it waited for came */
	} async_pf;		/* see async_pf.h */
	u32 halt_poll_ns;	/* how long the next HLT polls: see halt_poll.h */
	bool unhalted;		/* another vCPU ended its HLT, or its next one; anybody sets */
	u64 control[CTL_WORDS]; /* as the VMCS has them */

	struct vcpu_stats stats;
	struct host_vcpu host;
};

/* --- registers.c: every register of the guest; loaded --- */

void vcpu_rsp_fetch(struct vcpu *vcpu);
void vcpu_rsp_written(struct vcpu *vcpu);

static inline u64 vcpu_reg_read(struct vcpu *vcpu, enum vcpu_reg reg)
{
	if (reg == REG_RSP)
		vcpu_rsp_fetch(vcpu);
	return vcpu->regs[reg];
}

static inline void vcpu_reg_write(struct vcpu *vcpu, enum vcpu_reg reg, u64 value)
{
	vcpu->regs[reg] = value;
	if (reg == REG_RSP)
		vcpu_rsp_written(vcpu);
}

u64 vcpu_rip_read(struct vcpu *vcpu);
/* Where the instruction at RIP is in the linear address space. */
gva_t vcpu_linear_rip(struct vcpu *vcpu);
void vcpu_rip_write(struct vcpu *vcpu, u64 value);
/*
 * The instruction at RIP has been carried out: RIP moves past it, blocking by STI and MOV SS and
 * RFLAGS.RF end, the single-step #DB is raised.  One that branches sets its RIP afterwards.
 * "Instruction-Breakpoint Exception Condition", "Single-Stepping on Branches".
 */
void vcpu_skip_instruction(struct vcpu *vcpu, unsigned int length);
void vcpu_skip_branch(struct vcpu *vcpu, unsigned int length);
/* One element of a REP, of which others are left: RIP stays, and the breakpoint at the instruction
 * does not come again. */
void vcpu_repeat_instruction(struct vcpu *vcpu);
/* Is TF on, and not for branches only? */
bool vcpu_single_steps(struct vcpu *vcpu);
u64 vcpu_rflags_read(struct vcpu *vcpu);
/* Before an entry: what was written goes to the VMCS. */
void vcpu_registers_flush(struct vcpu *vcpu);
void vcpu_rflags_write(struct vcpu *vcpu, u64 value);
void vcpu_seg_read(struct vcpu *vcpu, enum vcpu_seg seg, struct kvm_segment *value);
void vcpu_seg_write(struct vcpu *vcpu, enum vcpu_seg seg, const struct kvm_segment *value);
u64 vcpu_seg_base(struct vcpu *vcpu, enum vcpu_seg seg);
u16 vcpu_seg_selector(struct vcpu *vcpu, enum vcpu_seg seg);
unsigned int vcpu_cpl(struct vcpu *vcpu);
u64 vcpu_cr0_read(struct vcpu *vcpu);
u64 vcpu_cr3_read(struct vcpu *vcpu);
u64 vcpu_cr4_read(struct vcpu *vcpu);
/* The task priority: the local APIC's, or (there is none) user space's. */
u64 vcpu_cr8_read(const struct vcpu *vcpu);
void vcpu_cr8_store(struct vcpu *vcpu, u64 value);

enum vcpu_width { WIDTH_16 = 2, WIDTH_32 = 4, WIDTH_64 = 8 };
/* Default operand and address size of the code that runs (CS.L, CS.D, EFER.LMA). */
enum vcpu_width vcpu_code_width(struct vcpu *vcpu);

/* --- control_registers.c: MOV CRn as the SDM says; loaded --- */

/* 0, or -EINVAL: the guest gets #GP(0) and nothing has changed. */
int vcpu_cr0_write(struct vcpu *vcpu, u64 value);
int vcpu_cr3_write(struct vcpu *vcpu, u64 value);
/* LMSW: changes MP, EM and TS, and sets PE, which it can't clear. */
int vcpu_msw_write(struct vcpu *vcpu, u16 value);
int vcpu_cr4_write(struct vcpu *vcpu, u64 value);
int vcpu_efer_write(struct vcpu *vcpu, u64 value, bool from_host);
/* CR4 bits that CPUID announces to this guest; before KVM_SET_CPUID2, that the host has. */
u64 vcpu_cr4_allowed(const struct vcpu *vcpu);
/* After KVM_SET_CPUID2: compute them anew. */
void vcpu_cr4_update_allowed(struct vcpu *vcpu);
/* XSETBV, KVM_SET_XCRS: -EINVAL as #GP. */
int vcpu_xcr0_write(struct vcpu *vcpu, u32 index, u64 value);
/* The guest's own DR0-DR3, DR6, DR7: -EINVAL (bits 63:32 of the last two) as #GP. */
int vcpu_dr_write(struct vcpu *vcpu, unsigned int dr, u64 value);
u64 vcpu_dr_read(const struct vcpu *vcpu, unsigned int dr);
/* The value that DR7 takes of one without bits 63:32. */
u64 vcpu_dr7_valid(u64 value);
/* The guest's own DR7, already valid; and what it runs with, where a debugger may stand before. */
void vcpu_dr7_store(struct vcpu *vcpu, u64 value);
/* For what an exit calls, in its vCPU's thread: are interrupts off, as the guest may go on at once?
 */
static inline bool vcpu_is_between_entries(const struct vcpu *vcpu)
{
	return __atomic_load_n(&vcpu->mode, __ATOMIC_RELAXED) == VCPU_IN_GUEST;
}

/* Until the next exit MOV DR does not exit, and changes them in the processor. */
static inline bool vcpu_owns_debug_registers(const struct vcpu *vcpu)
{
	return !(vcpu->control[CTL_PRIMARY] & CPU1_MOV_DR_EXITING);
}

/* After an exit: what the guest did with the debug registers that it owned. */
void vcpu_debug_registers_take(struct vcpu *vcpu);
/* EFER bits that CPUID announces to this guest. */
u64 vcpu_efer_allowed(const struct vcpu *vcpu);
/* The values alone, already checked: the VMCS, its shadows, and what follows from them. */
void vcpu_cr0_store(struct vcpu *vcpu, u64 value);
void vcpu_cr4_store(struct vcpu *vcpu, u64 value);
void vcpu_efer_store(struct vcpu *vcpu, u64 value);
/* PAE paging's four registers: from guest memory at CR3, when they are in use. */
void vcpu_pdptes_reload(struct vcpu *vcpu);
void vcpu_pdptes_write(const u64 pdpte[4]);

/* --- events.c --- */

void vcpu_inject_exception(struct vcpu *vcpu, u8 vector);
void vcpu_inject_exception_error(struct vcpu *vcpu, u8 vector, u32 error);
void vcpu_inject_page_fault(struct vcpu *vcpu, gva_t address, u32 error);
void vcpu_inject_debug(struct vcpu *vcpu, u64 dr6);
void vcpu_inject_gp(struct vcpu *vcpu, u32 error);

/* Is there something to do for a vCPU that sleeps in host_vcpu_wait()?  Loaded. */
bool vcpu_wakes(struct vcpu *vcpu);

/* clang-format off */
enum {
	VECTOR_DE = 0, VECTOR_DB = 1, VECTOR_NMI = 2, VECTOR_BP = 3, VECTOR_OF = 4, VECTOR_BR = 5,
	VECTOR_UD = 6, VECTOR_NM = 7, VECTOR_DF = 8, VECTOR_TS = 10, VECTOR_NP = 11, VECTOR_SS = 12,
	VECTOR_GP = 13, VECTOR_PF = 14, VECTOR_MF = 16, VECTOR_AC = 17, VECTOR_MC = 18,
	VECTOR_XM = 19, VECTOR_CP = 21,
};
/* clang-format on */

#endif
