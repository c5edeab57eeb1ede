// SPDX-License-Identifier: GPL-2.0
/*
 * The processor's own opinion of the rules of VM entry.  For each row of breaks.c this module
 * builds a VMCS, launches it whole, breaks it, and launches it again.
 *
 * /sys/kernel/debug/vmentry does it when it is read.  For each row a line `row RULE: ...` says what
 * the processor makes of the rule, and the dump of the broken VMCS follows, for `lintel check`.
 *
 * Nobody else may be in VMX operation.  The machine may go down: it is for the lab.  The parameter
 * `skip` has the rules, with commas between, that would take it down for certain.
 */
#include <linux/debugfs.h>
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <asm/cpu_entry_area.h>
#include <asm/desc.h>
#include <asm/tlbflush.h>
#include "platform.h"
#include "vmentry.h"

/* Their names are their own: they are of no header that the core has. */
enum vmx_status vmentry_launch(void);
void vmentry_exit(void);

enum { PAGE_VMXON, PAGE_VMCS, PAGE_STRUCTURES, PAGE_EPT, PAGE_MSRS, PAGES };

static struct vmcs_image *image;
static void *page[PAGES];
static DEFINE_MUTEX(lock); /* all of it: one row at a time */

/* As in linux/vmx_cpu.c, whose place this takes. */
DEFINE_PER_CPU(hpa_t, current_vmcs) = HOST_NO_VMCS;

/* --- one entry ------------------------------------------------------------------ */

static enum vmx_status vmxon(hpa_t region)
{
	/* clang-format off */
	asm goto("1: vmxon %0\n\t"
		 "jbe %l[failed]\n\t" _ASM_EXTABLE(1b, %l[failed])
		 :
		 : "m"(region)
		 : "cc", "memory"
		 : failed);
	/* clang-format on */
	return VMX_SUCCEED;
failed:
	return VMX_FAIL_INVALID;
}

/* What came of an entry. */
struct answer {
	bool ran; /* VMXON, VMPTRLD and each VMWRITE succeeded */
	enum vmx_status status;
	u64 error, reason, qualification;
};

/* Bochs lacks a field or two of those that its controls announce; what is 0 is 0 there too. */
static bool write_fields(void)
{
	for (unsigned int i = 0; i < VMCS_FIELDS; i++)
		if (vmcs_values_has(&image->fields, i) && image->fields.value[i] &&
		    host_vmwrite(vmcs_field_table[i].encoding, image->fields.value[i]) !=
			    VMX_SUCCEED)
			return false;
	return true;
}

static void launch(struct answer *answer)
{
	/* All fields are 0 in a region that was never used. */
	memset(page[PAGE_VMCS], 0, PAGE_SIZE);
	*(u32 *)page[PAGE_VMCS] = image->processor.config.revision_id;
	if (host_vmclear(__pa(page[PAGE_VMCS])) != VMX_SUCCEED ||
	    host_vmptrld(__pa(page[PAGE_VMCS])) != VMX_SUCCEED || !write_fields())
		return;
	answer->ran = true;
	answer->status = vmentry_launch();
	host_vmread(VM_INSTRUCTION_ERROR, &answer->error);
	host_vmread(VM_EXIT_REASON, &answer->reason);
	host_vmread(EXIT_QUALIFICATION, &answer->qualification);
	host_vmclear(__pa(page[PAGE_VMCS]));
}

/* CR3 and CR4 are those of this moment, unless the row broke them. */
static struct answer enter(void)
{
	struct answer answer = {0};

	if (vmxon(__pa(page[PAGE_VMXON])) != VMX_SUCCEED)
		return answer;
	launch(&answer);
	asm volatile("vmxoff" : : : "cc", "memory");
	/* A VM exit leaves TR with the limit of a bare TSS, GDTR and IDTR with 0xffff. */
	invalidate_tss_limit();
	load_fixmap_gdt(smp_processor_id());
	return answer;
}

static char *skip = "";
module_param(skip, charp, 0);

static bool skipped(const char *rule)
{
	size_t length = strlen(rule);

	for (const char *at = skip; (at = strstr(at, rule)); at += length)
		if ((at == skip || at[-1] == ',') && (!at[length] || at[length] == ','))
			return true;
	return false;
}

/* --- one row -------------------------------------------------------------------- */

static void read_host(struct vmentry_host *host)
{
	struct desc_ptr idt;
	int cpu = smp_processor_id();

	store_idt(&idt);
	*host = (struct vmentry_host){
		.state =
			{
				.cr0 = read_cr0(),
				.cr3 = __read_cr3(),
				.cr4 = __read_cr4(),
				.cs = __KERNEL_CS,
				.ss = __KERNEL_DS,
				.tr = GDT_ENTRY_TSS * 8,
				.fs_base = host_rdmsr(MSR_FS_BASE),
				.gs_base = host_rdmsr(MSR_GS_BASE),
				.tr_base = (unsigned long)&get_cpu_entry_area(cpu)->tss.x86_tss,
				.gdtr_base = (unsigned long)get_cpu_gdt_ro(cpu),
				.idtr_base = idt.address,
				.sysenter_cs = host_rdmsr(MSR_IA32_SYSENTER_CS),
				.sysenter_esp = host_rdmsr(MSR_IA32_SYSENTER_ESP),
				.sysenter_eip = host_rdmsr(MSR_IA32_SYSENTER_EIP),
				.efer = host_rdmsr(MSR_EFER),
				.pat = host_rdmsr(MSR_IA32_CR_PAT),
			},
		.rip = (unsigned long)vmentry_exit,
		.page = __pa(page[PAGE_STRUCTURES]),
		.ept = __pa(page[PAGE_EPT]),
		.msr_area = __pa(page[PAGE_MSRS]),
	};
}

/* The rules that the image breaks. */
static unsigned int broken(const struct check_rule **first)
{
	unsigned int count = 0;
	struct vmcs_check check;

	*first = NULL;
	for (unsigned int i = 0; i < check_rule_count(); i++) {
		if (check_rule_run(&check, image, check_rule_at(i)) != CHECK_BROKEN)
			continue;
		if (!count++)
			*first = check_rule_at(i);
	}
	return count;
}

static bool entered(const struct answer *answer)
{
	return answer->ran && answer->status == VMX_SUCCEED && !(answer->reason >> 31);
}

/* Did the processor refuse as the rule says? */
static bool agrees(const struct answer *answer, const struct check_rule *rule)
{
	enum check_consequence consequence = check_sections[rule->section].consequence;
	u32 qualification = rule->section == CHECK_LOADING_MSRS ? 1 : rule->qualification;

	if (consequence <= CHECK_FAILS_HOST_STATE)
		return answer->status == VMX_FAIL_VALID && answer->error == consequence;
	return answer->status == VMX_SUCCEED && answer->reason == (BIT32(31) | consequence) &&
	       answer->qualification == qualification;
}

static const char *verdict(const struct answer *answer, const struct check_rule *rule)
{
	if (!answer->ran)
		return "wrong: no entry was tried";
	if (agrees(answer, rule))
		return "agrees";
	return entered(answer) ? "enters" : "differs";
}

static void say_answer(struct seq_file *file, const struct answer *answer)
{
	if (answer->status == VMX_SUCCEED)
		seq_printf(file, " (exit reason 0x%llx, qualification %llu)\n", answer->reason,
			   answer->qualification);
	else
		seq_printf(file, " (VMfail %u, VM-instruction error %llu)\n", answer->status,
			   answer->error);
}

static void put_line(void *file, const char *line)
{
	seq_puts(file, line);
	seq_putc(file, '\n');
}

/* Both entries, with what they take held still.  gives: what is in the way, or NULL. */
static const char *try_row(const struct vmentry_break *row, struct answer *answer)
{
	const struct check_rule *rule;
	struct vmentry_host host;
	struct answer whole;

	read_host(&host);
	if (!vmentry_build(image, &host, row))
		return "impossible: the processor lacks a control";
	if (broken(&rule))
		return "wrong: the rules refuse the whole VMCS";
	whole = enter();
	if (!entered(&whole)) {
		*answer = whole;
		return "wrong: the processor refuses the whole VMCS";
	}
	if (!vmentry_break(image, row))
		return "impossible: the processor lacks a field";
	if (broken(&rule) != 1 || strcmp(rule->id, row->rule))
		return "impossible: not alone on this processor";
	if (skipped(row->rule))
		return "not tried";
	memcpy(page[PAGE_MSRS], &row->load, sizeof(row->load));
	*answer = enter();
	return NULL;
}

static const char *try_row_here(const struct vmentry_break *row, struct answer *answer)
{
	const char *obstacle;
	unsigned long flags;

	local_irq_save(flags);
	cr4_set_bits_irqsoff(X86_CR4_VMXE);
	obstacle = try_row(row, answer);
	cr4_clear_bits_irqsoff(X86_CR4_VMXE);
	local_irq_restore(flags);
	return obstacle;
}

static int row_show(struct seq_file *file, void *item)
{
	const struct vmentry_break *row = item;
	struct answer answer = {0};
	const char *obstacle = try_row_here(row, &answer);

	seq_printf(file, "row %s: ", row->rule);
	if (obstacle && !answer.ran) {
		seq_printf(file, "%s\n", obstacle);
		return 0;
	}
	seq_puts(file, obstacle ?: verdict(&answer, check_rule_find(row->rule)));
	say_answer(file, &answer);
	vmcs_image_dump(image, put_line, file);
	return 0;
}

/* --- the file ------------------------------------------------------------------- */

static void *row_at(loff_t position)
{
	return position < vmentry_break_count ? (void *)&vmentry_breaks[position] : NULL;
}

static void *row_start(struct seq_file *file, loff_t *position)
{
	mutex_lock(&lock);
	return row_at(*position);
}

static void *row_next(struct seq_file *file, void *item, loff_t *position)
{
	return row_at(++*position);
}

static void row_stop(struct seq_file *file, void *item)
{
	mutex_unlock(&lock);
}

static const struct seq_operations vmentry_sops = {
	.start = row_start,
	.next = row_next,
	.stop = row_stop,
	.show = row_show,
};
DEFINE_SEQ_ATTRIBUTE(vmentry);

static struct dentry *file;

static void free_all(void)
{
	for (unsigned int i = 0; i < PAGES; i++)
		free_page((unsigned long)page[i]);
	kfree(image);
}

static int __init vmentry_init(void)
{
	bool enough = true;

	if (__read_cr4() & X86_CR4_VMXE)
		return -EBUSY;
	image = kzalloc(sizeof(*image), GFP_KERNEL);
	for (unsigned int i = 0; i < PAGES; i++) {
		page[i] = (void *)get_zeroed_page(GFP_KERNEL);
		enough = enough && page[i];
	}
	if (!image || !enough) {
		free_all();
		return -ENOMEM;
	}
	vmcs_image_read_processor(image);
	*(u32 *)page[PAGE_VMXON] = image->processor.config.revision_id;
	file = debugfs_create_file("vmentry", 0400, NULL, NULL, &vmentry_fops);
	return 0;
}
module_init(vmentry_init);

static void __exit vmentry_module_exit(void)
{
	debugfs_remove(file);
	free_all();
}
module_exit(vmentry_module_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Tries the rules of VM entry on the processor");
