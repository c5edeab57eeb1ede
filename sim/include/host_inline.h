/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Nothing needs to be inline in a process: each call goes to the simulator.
 */
#ifndef LINTEL_SIM_HOST_INLINE_H
#define LINTEL_SIM_HOST_INLINE_H

extern bool sim_large_pages_execute;
extern u32 sim_measurement;
extern bool sim_exits_are_traced, sim_events_are_raw, sim_spins_are_raw;

hpa_t sim_virt_to_phys(const void *page);
void *sim_phys_to_virt(hpa_t address);

void sim_lock_init(struct sim_lock *lock, const char *name);
bool sim_lock_held(const struct sim_lock *lock); /* by this task */
int sim_srcu_init(host_srcu_t *srcu, bool brief, const char *name);
bool sim_srcu_held(const host_srcu_t *srcu);
/* What a lock is called where it is made is its name in words. */
#define host_mutex_init(mutex_)	   sim_lock_init(&(mutex_)->lock, #mutex_)
#define host_spin_init(lock_)	   sim_lock_init(&(lock_)->lock, #lock_)
#define host_irqlock_init(lock_)   sim_lock_init(&(lock_)->lock, #lock_)
#define host_srcu_init(srcu)	   sim_srcu_init(srcu, false, #srcu)
#define host_srcu_init_brief(srcu) sim_srcu_init(srcu, true, #srcu)
void sim_mutex_lock(host_mutex_t *mutex);
void sim_mutex_unlock(host_mutex_t *mutex);
void sim_spin_lock(host_spinlock_t *lock);
void sim_spin_unlock(host_spinlock_t *lock);
unsigned long sim_irqlock_lock(host_irqlock_t *lock);
void sim_irqlock_unlock(host_irqlock_t *lock, unsigned long flags);
int sim_srcu_read_lock(host_srcu_t *srcu);
void sim_srcu_read_unlock(host_srcu_t *srcu, int ticket);

unsigned int sim_cpu(void);
void sim_cond_resched(void);
void sim_relax(void);
void sim_preempt_disable(void);
void sim_preempt_enable(void);
void sim_irq_disable(void);
void sim_irq_enable(void);
bool sim_irqs_enabled(void);
bool sim_preemptible(void);
__attribute__((noreturn, format(printf, 1, 2))) void sim_panic(const char *format, ...);

u64 sim_rdmsr(u32 msr);
void sim_wrmsr(u32 msr, u64 value);
int sim_rdmsr_safe(u32 msr, u64 *value);
int sim_wrmsr_safe(u32 msr, u64 value);
u64 sim_rdtsc(void);
void sim_cpuid(u32 leaf, u32 subleaf, u32 out[4]);

enum vmx_status sim_vmclear(hpa_t region);
enum vmx_status sim_vmptrld(hpa_t region);
hpa_t sim_current_vmcs(void);
enum vmx_status sim_vmread(u32 field, u64 *value);
enum vmx_status sim_vmwrite(u32 field, u64 value);
enum vmx_status sim_invept(u32 type, u64 eptp);
enum vmx_status sim_invvpid(u32 type, u16 vpid, gva_t address);

u64 sim_host_xcr0(void);
u64 sim_host_xss(void);

static inline bool host_large_pages_execute(void)
{
	return sim_large_pages_execute;
}

static inline u32 host_measurement(void)
{
	return sim_measurement;
}

static inline bool host_traces_exits(void)
{
	return sim_exits_are_traced;
}

static inline hpa_t host_virt_to_phys(const void *page)
{
	return sim_virt_to_phys(page);
}

static inline void *host_phys_to_virt(hpa_t address)
{
	return sim_phys_to_virt(address);
}

static inline void host_mutex_lock(host_mutex_t *mutex)
{
	sim_mutex_lock(mutex);
}

static inline void host_mutex_unlock(host_mutex_t *mutex)
{
	sim_mutex_unlock(mutex);
}

static inline void host_spin_lock(host_spinlock_t *lock)
{
	sim_spin_lock(lock);
}

static inline bool host_spin_is_raw(void)
{
	return sim_spins_are_raw;
}

static inline void host_spin_unlock(host_spinlock_t *lock)
{
	sim_spin_unlock(lock);
}

static inline unsigned long host_irqlock_lock(host_irqlock_t *lock)
{
	return sim_irqlock_lock(lock);
}

static inline void host_irqlock_unlock(host_irqlock_t *lock, unsigned long flags)
{
	sim_irqlock_unlock(lock, flags);
}

static inline int host_srcu_read_lock(host_srcu_t *srcu)
{
	return sim_srcu_read_lock(srcu);
}

static inline void host_srcu_read_unlock(host_srcu_t *srcu, int ticket)
{
	sim_srcu_read_unlock(srcu, ticket);
}

/* A macro, for the words. */
#define HOST_NEEDS(condition)                                                                      \
	((condition) ? (void)0 : sim_panic("%s() needs %s", __func__, #condition))

static inline bool host_mutex_held(const host_mutex_t *mutex)
{
	return sim_lock_held(&mutex->lock);
}

static inline bool host_spin_held(const host_spinlock_t *lock)
{
	return sim_lock_held(&lock->lock);
}

static inline bool host_irqlock_held(const host_irqlock_t *lock)
{
	return sim_lock_held(&lock->lock);
}

static inline bool host_srcu_held(const host_srcu_t *srcu)
{
	return sim_srcu_held(srcu);
}

static inline bool host_preemption_is_off(void)
{
	return !sim_preemptible();
}

static inline bool host_interrupts_are_off(void)
{
	return !sim_irqs_enabled();
}

static inline bool host_interrupts_are_on(void)
{
	return sim_irqs_enabled();
}

static inline bool host_event_signal_is_raw(void)
{
	return sim_events_are_raw;
}

static inline unsigned int host_cpu(void)
{
	return sim_cpu();
}

static inline void host_relax(void)
{
	sim_relax();
}

static inline void host_cond_resched(void)
{
	sim_cond_resched();
}

static inline void host_preempt_disable(void)
{
	sim_preempt_disable();
}

static inline void host_preempt_enable(void)
{
	sim_preempt_enable();
}

static inline void host_irq_disable(void)
{
	sim_irq_disable();
}

static inline void host_irq_enable(void)
{
	sim_irq_enable();
}

static inline u64 host_rdmsr(u32 msr)
{
	return sim_rdmsr(msr);
}

static inline void host_wrmsr(u32 msr, u64 value)
{
	sim_wrmsr(msr, value);
}

static inline int host_rdmsr_safe(u32 msr, u64 *value)
{
	return sim_rdmsr_safe(msr, value);
}

static inline int host_wrmsr_safe(u32 msr, u64 value)
{
	return sim_wrmsr_safe(msr, value);
}

/* Who uses the time nevertheless is far off. */
static inline void host_clock_read_realtime(struct host_clock *now)
{
	host_clock_read(now);
	now->time_ns = ~now->time_ns;
}

static inline u64 host_rdtsc(void)
{
	return sim_rdtsc();
}

static inline void host_cpuid(u32 leaf, u32 subleaf, u32 out[4])
{
	sim_cpuid(leaf, subleaf, out);
}

static inline enum vmx_status host_vmclear(hpa_t region)
{
	return sim_vmclear(region);
}

static inline hpa_t host_current_vmcs(void)
{
	return sim_current_vmcs();
}

static inline enum vmx_status host_vmptrld(hpa_t region)
{
	return sim_vmptrld(region);
}

static inline enum vmx_status host_vmread(u32 field, u64 *value)
{
	return sim_vmread(field, value);
}

static inline enum vmx_status host_vmwrite(u32 field, u64 value)
{
	return sim_vmwrite(field, value);
}

static inline enum vmx_status host_invept(u32 type, u64 eptp)
{
	return sim_invept(type, eptp);
}

static inline enum vmx_status host_invvpid(u32 type, u16 vpid, gva_t address)
{
	return sim_invvpid(type, vpid, address);
}

static inline u64 host_xcr0(void)
{
	return sim_host_xcr0();
}

static inline u64 host_xss(void)
{
	return sim_host_xss();
}

#endif
