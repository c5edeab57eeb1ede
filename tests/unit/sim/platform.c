// SPDX-License-Identifier: GPL-2.0
/* The simulator itself: what it must catch, and that it gives what host.h says. */
#include "panic.h"
#include "vm.h"

TEST(sim_catches_misused_locks)
{
	host_mutex_t mutex, never = {.lock = {.state = SIM_LOCK_UNINITIALISED}};
	host_spinlock_t spin;

	host_mutex_init(&mutex);
	host_spin_init(&spin);
	EXPECT_PANIC(host_mutex_lock(&never), "was never initialised");
	EXPECT_PANIC(host_mutex_unlock(&mutex), "was not locked");
	EXPECT_PANIC(host_mutex_lock(&mutex); host_mutex_lock(&mutex), "deadlock");
	EXPECT_PANIC(host_spin_lock(&spin); host_spin_lock(&spin), "deadlock");
	host_spin_init(&spin);
	host_mutex_init(&mutex);
	EXPECT_PANIC(host_spin_lock(&spin); host_mutex_lock(&mutex), "a spin lock is held");
	EXPECT_PANIC(host_preempt_disable(); host_zalloc(1), "preemption is off");
	EXPECT_PANIC(host_irq_disable(); host_alloc_pages(0), "interrupts are off");
	EXPECT_PANIC(host_irq_enable(), "were not disabled");
	EXPECT_PANIC(host_preempt_enable(), "more often than disabled");
}

TEST(sim_catches_misused_srcu)
{
	host_srcu_t srcu = {.initialised = false};

	EXPECT_PANIC(host_srcu_read_lock(&srcu), "never initialised");
	EXPECT_EQ(host_srcu_init(&srcu), 0);
	EXPECT_PANIC(host_srcu_read_lock(&srcu); host_srcu_synchronize(&srcu), "deadlock");
	EXPECT_PANIC(host_srcu_destroy(&srcu), "1 readers");
	EXPECT_PANIC(host_srcu_read_unlock(&srcu, 7), "ticket");
}

TEST(sim_allocates_as_a_kernel_does)
{
	u8 *pages = host_alloc_pages(2), *object = host_zalloc(100);

	EXPECT_EQ((u64)pages % LINTEL_PAGE_SIZE, 0);
	EXPECT_EQ(host_virt_to_phys(pages) % (4 * LINTEL_PAGE_SIZE), 0);
	EXPECT_TRUE(host_phys_to_virt(host_virt_to_phys(pages) + 5) == pages + 5);
	for (unsigned int i = 0; i < 4 * LINTEL_PAGE_SIZE; i++)
		REQUIRE_EQ(pages[i], 0);
	for (unsigned int i = 0; i < 100; i++)
		REQUIRE_EQ(object[i], 0);
	EXPECT_EQ(sim_memory_now().pages, 4);
	EXPECT_EQ(sim_memory_now().bytes, 100);
	EXPECT_EQ(sim_memory_leaks(), 5);
	EXPECT_PANIC(sim_reset(), "5 things were leaked");
	EXPECT_PANIC(host_free_pages(pages, 1), "it has order 2");
	EXPECT_PANIC(host_free_pages(pages + LINTEL_PAGE_SIZE, 0), "it has order -1");
	EXPECT_PANIC(host_virt_to_phys(object), "not from host_alloc_pages()");
	EXPECT_PANIC(host_phys_to_virt(0x1000), "not from host_alloc_pages()");
	host_free_pages(pages, 2);
	EXPECT_PANIC(host_free_pages(pages, 2), "it has order -1");
	EXPECT_PANIC(host_virt_to_phys(pages), "not from host_alloc_pages()");
	host_free(object);
	EXPECT_EQ(sim_leaks(), 0);
}

TEST(sim_fails_the_allocation_it_is_told_to)
{
	void *first, *third;

	sim_fail_allocation_after(1);
	first = host_zalloc(1);
	EXPECT_FALSE(sim_allocation_failed());
	EXPECT_TRUE(first && !host_alloc_pages(0));
	EXPECT_TRUE(sim_allocation_failed());
	third = host_zalloc(1);
	EXPECT_TRUE(third);
	host_free(first);
	host_free(third);
}

static void note_cpu(void *argument)
{
	*(unsigned int *)argument = host_cpu();
	EXPECT_FALSE(sim_irqs_enabled());
}

TEST(sim_cpus_have_their_own_msrs)
{
	unsigned int cpu = 99;
	u64 value = 0;

	sim_set_cpus(4);
	EXPECT_EQ(host_cpus_online(), 4);
	sim_msr_set(2, 0x123, 7);
	EXPECT_EQ(host_rdmsr_safe(0x123, &value), -EIO);
	EXPECT_EQ(host_wrmsr_safe(0x123, 8), -EIO);
	EXPECT_PANIC(host_rdmsr(0x123), "RDMSR of 0x123 faults on CPU 0");
	sim_run_on(2);
	EXPECT_EQ(host_rdmsr(0x123), 7);
	host_wrmsr(0x123, 9);
	sim_run_on(0);
	EXPECT_TRUE(sim_msr_get(2, 0x123, &value) && value == 9);
	sim_msr_remove(2, 0x123);
	EXPECT_FALSE(sim_msr_get(2, 0x123, &value));

	host_call_cpu(3, note_cpu, &cpu);
	EXPECT_EQ(cpu, 3);
	sim_set_online(3, false);
	EXPECT_EQ(host_cpus_online(), 3);
	cpu = 99;
	host_call_cpu(3, note_cpu, &cpu);
	EXPECT_EQ(cpu, 99);
	EXPECT_PANIC(host_cpu(), "preemption is on");
	EXPECT_PANIC(host_irq_disable(); host_call_cpu(0, note_cpu, &cpu), "deadlock");
	EXPECT_PANIC(sim_run_on(3), "not online");
}

TEST(sim_feature_control_locks)
{
	EXPECT_EQ(host_wrmsr_safe(0x3a, 5), -EIO);
	sim_msr_set(0, 0x3a, 0);
	EXPECT_EQ(host_wrmsr_safe(0x3a, 5), 0);
	EXPECT_EQ(host_wrmsr_safe(0x3a, 0), -EIO);
}

TEST(sim_cpuid_answers_by_subleaf)
{
	u32 out[4];

	sim_cpuid_set(0x99, SIM_ANY_SUBLEAF, 1, 2, 3, 4);
	sim_cpuid_set(0x99, 5, 6, 7, 8, 9);
	host_cpuid(0x99, 4, out);
	EXPECT_EQ(out[3], 4);
	host_cpuid(0x99, 5, out);
	EXPECT_EQ(out[0], 6);
	EXPECT_PANIC(host_cpuid(1, 1, out), "CPUID leaf 0x1 has no subleaf");
	EXPECT_PANIC(host_cpuid(0x80000008, 1, out), "CPUID leaf 0x80000008 has no subleaf");
	host_cpuid(0x98, 0, out);
	EXPECT_EQ(out[0] | out[1] | out[2] | out[3], 0);
	sim_cpuid_set(7, 0, 0, 6, 7, 8);
	sim_cpuid_set(7, 1, 6, 7, 8, 9);
	sim_cpuid_disable(7, 1, 2, 0, 0, 1);
	EXPECT_EQ(host_cpuid_enabled(CPUID_WORD_7_EDX), 8);
	EXPECT_EQ(host_cpuid_enabled(CPUID_WORD_7_1_EAX), 4);
	host_cpuid(7, 1, out);
	EXPECT_EQ(out[0], 6);
}

TEST(sim_log_keeps_the_lines)
{
	host_log(HOST_LOG_WARNING, "%d of %s", 3, "them");
	host_log(HOST_LOG_ERROR, "last");
	EXPECT_STR_EQ(sim_log_text(), "warning: 3 of them\nerror: last\n");
	EXPECT_TRUE(sim_log_contains("3 of them"));
	EXPECT_PANIC(host_log(HOST_LOG_INFO, "line\n"), "newline");
	sim_log_clear();
	EXPECT_STR_EQ(sim_log_text(), "");
}

/* --- user memory --- */

static unsigned int begins, ends;
static u64 noted_start, noted_end;

static void note_begin(void *argument, u64 start, u64 end)
{
	EXPECT_EQ(begins++, ends);
	noted_start = start;
	noted_end = end;
}

static void note_end(void *argument, u64 start, u64 end)
{
	EXPECT_EQ(begins, ++ends);
	EXPECT_EQ(start, noted_start);
	EXPECT_EQ(end, noted_end);
}

TEST(sim_user_memory_changes_are_notified)
{
	const u64 page = LINTEL_PAGE_SIZE;
	u64 hva = sim_user_map(4 * page), value = 0x1122334455667788, before;
	struct host_page got;

	sim_user_set_notifier(note_begin, note_end, NULL);
	EXPECT_EQ(sim_user_pfn(hva), 0);
	EXPECT_EQ(host_page_get(NULL, hva + 5, true, &got), 0);
	EXPECT_EQ(got.pfn, sim_user_pfn(hva));
	EXPECT_EQ(sim_pfn_user(got.pfn), hva);
	EXPECT_TRUE(got.writable);
	EXPECT_EQ(sim_page_references(), 1);
	EXPECT_PANIC(host_page_mark_dirty(&got), "may be cleaned meanwhile");
	EXPECT_FALSE(sim_pfn_dirty(got.pfn));
	sim_preempt_disable();
	host_page_mark_dirty(&got);
	sim_preempt_enable();
	EXPECT_TRUE(sim_pfn_dirty(got.pfn));
	host_page_put(&got);
	EXPECT_PANIC(host_page_put(&got), "no reference");

	before = got.pfn;
	sim_user_move(hva, 2 * page);
	EXPECT_EQ(ends, 1);
	EXPECT_EQ(noted_end - noted_start, 2 * page);
	EXPECT_EQ(sim_pfn_user(before), 0);

	sim_user_share(hva, page);
	EXPECT_EQ(host_page_get(NULL, hva, false, &got), 0);
	EXPECT_FALSE(got.writable);
	host_page_put(&got);
	EXPECT_FALSE(sim_pfn_dirty(got.pfn));
	EXPECT_EQ(ends, 2);
	EXPECT_EQ(host_user_write(hva, &value, 8), 0); /* copies the page */
	EXPECT_EQ(ends, 3);
	EXPECT_EQ(host_page_get(NULL, hva, true, &got), 0);
	EXPECT_EQ(ends, 3);
	host_page_put(&got);

	sim_user_protect(hva, page, false);
	EXPECT_EQ(host_page_get(NULL, hva, true, &got), -EFAULT);
	EXPECT_EQ(host_user_write(hva, &value, 8), -EFAULT);
	sim_user_unmap(hva + page, page);
	EXPECT_EQ(host_user_read(&value, hva + page - 4, 8), -EFAULT);
	EXPECT_EQ(host_page_get(NULL, hva + page, false, &got), -EFAULT);
	EXPECT_EQ(host_page_get(NULL, 0x1000, false, &got), -EFAULT);
	EXPECT_EQ(*(u64 *)sim_user_pointer(hva), 0x1122334455667788);
	sim_user_set_notifier(NULL, NULL, NULL);
}
