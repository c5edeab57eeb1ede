/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The local APIC of a vCPU, when the VM has its interrupt controllers in the kernel.
 *
 * The register page has the layout of the processor's APIC page; it is the VMCS's virtual-APIC page
 * too, so that the guest reads and writes its TPR without an exit.
 *
 * Who may touch what: IRR, TMR and the fields marked so are changed by anybody, atomically; all
 * else belongs to the vCPU's thread.  Nothing here takes a lock: what delivers an interrupt may run
 * in any context, interrupts off or in a timer's callback.
 *
 * SDM: "Advanced Programmable Interrupt Controller (APIC)".
 */
#ifndef LINTEL_IRQ_LAPIC_H
#define LINTEL_IRQ_LAPIC_H

#include "vcpu/vcpu.h"

/* IA32_APIC_BASE: "Local APIC Status and Location". */
#define APIC_BASE_DEFAULT 0xfee00000ull
#define APIC_BASE_BSP	  BIT64(8)
#define APIC_BASE_X2APIC  BIT64(10)
#define APIC_BASE_ENABLE  BIT64(11)

/* clang-format off */
/* "Local Vector Table", "Interrupt Command Register (ICR)". */
enum irq_delivery {
	IRQ_FIXED = 0, IRQ_LOWEST = 1, IRQ_SMI = 2, IRQ_NMI = 4,
	IRQ_INIT = 5, IRQ_STARTUP = 6, IRQ_EXTINT = 7,
};
/* clang-format on */

/* The last is none of the ICR's: beside whom the destination names, those in xAPIC mode. */
enum irq_shorthand { IRQ_NO_SHORTHAND, IRQ_SELF, IRQ_ALL, IRQ_ALL_BUT_SELF, IRQ_ALL_XAPIC };

/* An interrupt message on its way to local APICs: from an ICR, an I/O APIC or an MSI. */
struct irq_message {
	u32 destination;
	u8 vector;
	u8 delivery;  /* enum irq_delivery */
	u8 shorthand; /* enum irq_shorthand */
	bool logical; /* destination mode */
	bool level;   /* trigger mode: an EOI goes back to the I/O APIC */
	/* The sender writes 8-bit destinations (0xff: all), as I/O APICs and xAPICs do. */
	bool xapic;
};

/* What INIT and SIPI messages have left for the vCPU's thread: bits of lapic->signals. */
#define LAPIC_SIGNAL_INIT BIT32(0)
#define LAPIC_SIGNAL_SIPI BIT32(1)

/* What the guest may have left in its memory: bits of lapic->takes, looked at after each exit. */
#define LAPIC_TAKES_EOI BIT32(0) /* from an entry to the exit after it */
#define LAPIC_TAKES_TPR BIT32(1) /* while there is an address for it */

#define LAPIC_NO_EXTINT -1

struct lapic {
	struct vcpu *vcpu;
	u8 *page;    /* the registers: one page, host_alloc_pages(0) */
	u32 signals; /* LAPIC_SIGNAL_*; anybody sets, the vCPU takes; an INIT drops an older SIPI */
	u8 sipi_vector; /* written before LAPIC_SIGNAL_SIPI is set */
	u32 irr_words;	/* bit n: word n of IRR may have a bit; anybody sets, the vCPU clears */
	u32 isr_words;	/* bit n: word n of ISR may have a bit */
	bool apicv;	/* the processor can virtualize it: see apicv.c */
	bool processor_delivers; /* and delivers now what is in IRR */
	u32 errors;		 /* bits on their way to ESR; anybody sets */
	/* The timer: written by the vCPU's thread while it does not run, else by its callback. */
	struct host_timer timer;
	u64 timer_expires;   /* host_time_ns(); 0: it does not run, and the callback is done */
	u64 timer_period;    /* ns that the initial count takes */
	u64 timer_unit;	     /* ns of a count of 1, while the timer counts */
	bool timer_deadline; /* its mode is TSC-deadline */
	u64 tsc_deadline;    /* 0: none */
	/* The VMX-preemption timer waits for it, and not the host's. */
	bool deadline_in_guest;
	u64 pv_eoi;	  /* KVM_PV_EOI_EN as written */
	u8 takes;	  /* LAPIC_TAKES_* */
	s16 vapic_tpr;	  /* what KVM_SET_VAPIC_ADDR's word got as TPR; -1: it has none */
	gpa_t vapic;	  /* where that word is */
	bool reports_tpr; /* KVM_TPR_ACCESS_REPORTING */
	bool cmci;	  /* it has an LVT CMCI register */
	struct {
		u64 rip;
		bool write;
	} tpr_access; /* with VCPU_REQUEST_TPR_ACCESS: the last one */
	/* Of a split irqchip: */
	s16 extint;  /* vector of KVM_INTERRUPT that waits; LAPIC_NO_EXTINT */
	u64 eois[4]; /* vectors whose end user space is to be told of */
};

/* --- lapic.c: life, priorities, delivery --- */

/* vcpu->lapic, in its power-up state.  -ENOMEM. */
int lapic_vcpu_init(struct vcpu *vcpu);
void lapic_vcpu_destroy(struct vcpu *vcpu); /* NULL is nothing */
/* The registers after power-up or INIT (which keeps IA32_APIC_BASE and the APIC ID). */
void lapic_reset(struct vcpu *vcpu, bool init);

/* The physical address of the register page, for the VMCS. */
hpa_t lapic_page(const struct vcpu *vcpu);

bool lapic_enabled(const struct vcpu *vcpu); /* globally, by IA32_APIC_BASE.  Any context. */
bool lapic_x2apic(const struct vcpu *vcpu);  /* Any context. */
u32 lapic_id(const struct vcpu *vcpu);	     /* by which messages address it.  Any context. */

/* vcpu->apic_base says that it is enabled, disabled or in x2APIC mode now.  `reset`: the registers
 * but the TPR are as after power-up. */
void lapic_mode_changed(struct vcpu *vcpu, bool reset);

/* TPR as CR8 shows it (bits 7:4). */
u64 lapic_cr8_read(const struct vcpu *vcpu);
void lapic_cr8_write(struct vcpu *vcpu, u64 cr8);

/* Delivery to the processor; the vCPU's thread. */

/* The vector that is next by priority and above the processor's priority; -1: none. */
int lapic_next_vector(struct vcpu *vcpu);
/* The same, to be injected: where the processor delivers by itself there is none.  Cheap when
 * nothing is pending. */
static inline int lapic_pending_vector(struct vcpu *vcpu)
{
	if (!__atomic_load_n(&vcpu->lapic->irr_words, __ATOMIC_RELAXED) ||
	    vcpu->lapic->processor_delivers)
		return -1;
	return lapic_next_vector(vcpu);
}
/* The processor takes it: IRR to ISR. */
void lapic_acknowledge(struct vcpu *vcpu, u8 vector);
/* A vector waits that only the task priority holds back: its class (bits 7:4), for the VMCS's TPR
 * threshold; 0: none. */
u32 lapic_tpr_threshold(struct vcpu *vcpu);
/* Does an interrupt of the 8259s go to this processor (LINT0 as ExtINT, or the APIC disabled)?
 * Any context. */
bool lapic_accepts_extint(const struct vcpu *vcpu);
/* The vector is in service no more, by the processor's doing or ours: who waits for its end hears
 * of it.  Atomic, as irqchip_eoi(). */
void lapic_eoi_done(struct vcpu *vcpu, u8 vector);

/*
 * Deliver to this vCPU.  1: it has it; 0: it had that edge already, or does not take it (its APIC
 * is disabled, the vector is illegal, SMI, ExtINT).  STARTUP: the vector is the page; INIT and
 * STARTUP are left in lapic->signals.  Any context.
 */
int lapic_deliver(struct vcpu *vcpu, enum irq_delivery delivery, u8 vector, bool level);

/* A fixed vector from the vCPU's own thread, in an exit: the next entry looks there, and nobody has
 * to be woken. */
int lapic_send_to_itself(struct vcpu *vcpu, u8 vector);

/* Has it an LVT CMCI register?  One that is new is masked.  The vCPU's thread. */
void lapic_cmci_set_up(struct vcpu *vcpu, bool present);
/* "Corrected Machine Check Error Interrupt": as that register says.  The vCPU's thread. */
void lapic_cmci_deliver(struct vcpu *vcpu);

/* --- register.c: the registers as software sees them --- */

/* Is `gpa` in this vCPU's APIC page?  When the APIC is disabled or in x2APIC mode, too: nobody is
 * behind the address then, reads give ones and writes go nowhere; or (without the quirk
 * LAPIC_MMIO_HOLE) it is not taken. */
static inline bool lapic_owns(const struct vcpu *vcpu, gpa_t gpa)
{
	return !((vcpu->apic_base ^ gpa) >> LINTEL_PAGE_SHIFT);
}

/* A read or write of `length` bytes in the xAPIC page.  "Local APIC Register Address Map".  What
 * the SDM leaves undefined reads as 0 and is ignored when written.  False: not taken.  Atomic: who
 * waits for the end of an interrupt is told. */
bool lapic_mmio_read(struct vcpu *vcpu, gpa_t gpa, unsigned int length, void *data);
bool lapic_mmio_write(struct vcpu *vcpu, gpa_t gpa, unsigned int length, const void *data);
/* As lapic_msr_write_is_quick(). */
bool lapic_mmio_write_is_quick(struct vcpu *vcpu, gpa_t gpa);
/* A write of anything in the page: true, it is to a register that does not look at it (EOI), and
 * done. */
bool lapic_mmio_write_any(struct vcpu *vcpu, gpa_t gpa);

/* The MSRs of x2APIC mode, 0x800 to 0x8ff.  -EINVAL as #GP: not in x2APIC mode too.  Atomic. */
int lapic_msr_read(struct vcpu *vcpu, u32 msr, u64 *value);
int lapic_msr_write(struct vcpu *vcpu, u32 msr, u64 value);
/* Does it change only what this vCPU has, or is sent from here, so that nobody has to be told (see
 * lapic_mmio_write())? */
bool lapic_msr_write_is_quick(struct vcpu *vcpu, u32 msr);

/* The guest has written to the register of this offset (any of its bytes), in its page or by
 * WRMSR, and the processor has put the value into the register page: what follows from it.  Atomic,
 * as lapic_mmio_write().  "APIC-Write VM Exits" */
void lapic_register_written(struct vcpu *vcpu, u32 offset);
bool lapic_register_written_is_quick(struct vcpu *vcpu, u32 offset);

/* --- message.c --- */

/* To all the message is for; `sender` NULL: an I/O APIC or MSI.  How many took it; 0: it was
 * pending with all of them; -1: it is for nobody.  Any context. */
int irq_message_send(struct vm *vm, struct vcpu *sender, const struct irq_message *message);

/* The same from an I/O APIC or the write of an MSI, whose destinations are 8 bits wide and 0xff is
 * all; or, as KVM_CAP_X2APIC_API has it, 32 bits (all of them 1: all), and 0xff is those in xAPIC
 * mode and the ID. */
int irq_message_send_device(struct vm *vm, struct irq_message *message);

/* --- timer.c: "APIC Timer" --- */

/* Nanoseconds of a cycle of the bus clock: of a new VM, and at most, with which no count at any
 * divisor is 2^64 ns. */
#define LAPIC_BUS_NS	 1
#define LAPIC_BUS_NS_MAX (~(u64)0 / (0xffffffffull * 128))

/* When it returns, the timer does not run and its callback neither. */
void lapic_timer_stop(struct vcpu *vcpu);

/* IA32_TSC_DEADLINE: outside of its mode it reads as 0, and writes are ignored. */
u64 lapic_deadline_read(const struct vcpu *vcpu);
void lapic_deadline_write(struct vcpu *vcpu, u64 value);
/* The guest's TSC made a jump: a deadline is as far away as it says now. */
void lapic_deadline_restart(struct vcpu *vcpu);

/*
 * A deadline that the guest itself writes is waited for by the VMX-preemption timer, where the
 * vCPU's control for it is 1: that needs no timer of the host's, and its exit comes at the time.
 * It counts while the guest runs.  Outside of it the deadline may pass, and is met by the next
 * entry; so the host's timer takes over before the vCPU sleeps, and before user space looks.
 *
 * "VMX-Preemption Timer".  The vCPU's thread.
 */
extern bool lapic_preemption_timer; /* may be used: a parameter of the module; of vCPUs to come */
/* The value with which the VMX-preemption timer never expires in practice. */
#define LAPIC_PREEMPTION_TIMER_OFF 0xffffffffu
void lapic_deadline_write_in_guest(struct vcpu *vcpu, u64 value);
/* Before an entry (VCPU_DIRTY_TIMER): into the VMCS, how long it is to the deadline. */
void lapic_deadline_to_guest(struct vcpu *vcpu);
/* The timer has made the guest exit. */
void lapic_deadline_exit(struct vcpu *vcpu);
/* Nothing where there is no such deadline, or no local APIC. */
void lapic_deadline_to_host(struct vcpu *vcpu);
/* Round a change of the rate of the guest's TSC, which the timer's callback must not meet half
 * done.  Nothing without a local APIC. */
void lapic_tsc_changes(struct vcpu *vcpu);
void lapic_tsc_changed(struct vcpu *vcpu);

/* --- pv_eoi.c --- */

/* KVM_PV_EOI_EN: -EINVAL as #GP. */
int lapic_pv_eoi_set(struct vcpu *vcpu, u64 value);
/* At the entry that delivers the vector, interrupts off: the guest may end it without an exit. */
void lapic_eoi_offer(struct vcpu *vcpu, u8 vector);
/* After the exit, when that was offered: has it done so?  srcu read lock. */
void lapic_eoi_take(struct vcpu *vcpu);

/* --- apicv.c --- */

/* Module parameter: is APIC virtualization to be used where the processor has it? */
extern bool enable_apicv;
/* It has, and it is. */
bool apicv_is_used(void);

/* Is the APIC in its page, at its usual address, so that the processor can answer there? */
bool lapic_in_usual_page(const struct vcpu *vcpu);

/* From the next entry on the processor delivers interrupts and their ends, or does not.  Loaded. */
void lapic_processor_delivers(struct vcpu *vcpu, bool on);
/* What the VMCS knows of IRR and ISR is what is there now; nothing where the processor does not
 * deliver.  Before the next entry after either was changed.  Loaded. */
void lapic_interrupt_status_write(struct vcpu *vcpu);
/* The VMCS's EOI-exit bitmap is that of the vectors whose end others wait for.  Loaded. */
void lapic_eoi_exits_write(struct vcpu *vcpu);

/* --- vapic.c --- */

/* KVM_SET_VAPIC_ADDR; 0: no more.  -EINVAL: no memory that can be written.  srcu read lock. */
int lapic_vapic_set(struct vcpu *vcpu, gpa_t gpa);
void lapic_vapic_off(struct lapic *lapic);
/* The word there, as it is before the next entry; nothing where there is no local APIC or address.
 * May sleep. */
void lapic_vapic_publish(struct vcpu *vcpu);
/* The same on the way into the guest, when a vector has gone from IRR to ISR.  There is an
 * address.  Any context. */
void lapic_vapic_acknowledged(struct vcpu *vcpu);
/* After an exit, when lapic->takes says that there may be something.  srcu read lock. */
void lapic_take(struct vcpu *vcpu);
/* The instruction of the last exit accesses the TPR in the page: user space hears of it if it
 * wants. */
void lapic_tpr_accessed(struct vcpu *vcpu, bool write);

/* --- state.c: KVM_GET_LAPIC, KVM_SET_LAPIC --- */

void lapic_state_get(struct vcpu *vcpu, struct kvm_lapic_state *state);
/* Bits that no APIC has are left out.  -EINVAL, and nothing has changed: with
 * KVM_X2APIC_API_USE_32BIT_IDS, in x2APIC mode, an ID that is not the vCPU's. */
int lapic_state_set(struct vcpu *vcpu, const struct kvm_lapic_state *state);

#endif
