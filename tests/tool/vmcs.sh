# SPDX-License-Identifier: GPL-2.0
# lintel vmcs: the routine compiles without a warning, and lintel check reads what it prints.
# shellcheck shell=sh disable=SC2154 # run.sh gives the variables

# The processor is that of a recording; the VMCS is what a dump has, in lines `0xFIELD 0xVALUE`.
cat >hypervisor.c <<'END'
#include <stdio.h>

static const struct row {
	unsigned int at;
	unsigned long long value;
} msrs[] = {
#include "msrs.h"
	{0x491, 1}, /* IA32_VMX_VMFUNC, which many recordings lack */
}, fields[] = {
#include "fields.h"
};
static int wrong;

static int find(const struct row *rows, unsigned int count, unsigned int at,
		unsigned long long *value)
{
	for (unsigned int i = 0; i < count; i++)
		if (rows[i].at == at) {
			*value = rows[i].value;
			return 0;
		}
	return -1;
}

static int my_vmread(unsigned long field, unsigned long long *value)
{
	return find(fields, sizeof(fields) / sizeof(fields[0]), (unsigned int)field, value);
}

/* An MSR that is not there would be #GP. */
static unsigned long long my_rdmsr(unsigned int msr)
{
	unsigned long long value = 0;

	wrong |= find(msrs, sizeof(msrs) / sizeof(msrs[0]), msr, &value);
	return value;
}

#define DUMP_PRINT  printf
#define DUMP_VMREAD my_vmread
#define DUMP_RDMSR  my_rdmsr
#include "dump_vmcs.h"

int main(void)
{
	dump_vmcs();
	return wrong != 0;
}
END
cat >fields.h <<'END'
{0x0000, 1}, {0x4000, 0x7f}, {0x4002, 0xb5a06dfa}, {0x401e, 0x20}, {0x4012, 0xd1ff},
{0x400c, 0x2befff}, {0x4016, 0x800000d1}, {0x6820, 2}, {0x681e, 0x8000}, {0x4402, 0x80000021},
{0x6400, 0}, {0x2fce, 7}, /* of a processor of tomorrow */
END
check "the routine is printed" gives 0 "$lintel" vmcs
cp out dump_vmcs.h
check "it says that it is anybody's" grep -q 'public domain (CC0 1.0)' dump_vmcs.h
check "it is short" test "$(wc -l <dump_vmcs.h)" -le 50

compiles() {
	sed -n 's/^\(0x4[0-9a-f]*\) \(0x[0-9a-f]*\).*/{\1, \2},/p' "$1" >msrs.h
	${CC:-gcc} -std=c99 -Wall -Wextra -Werror -pedantic -Wno-overlength-strings -o hypervisor \
		hypervisor.c 2>err || {
		head -n 5 err
		return 1
	}
}
for cpu in Skylake_00506E3 Conroe_00006F6 bochs-2.7_broadwell_ult; do
	check "it compiles without a warning" compiles "$top/data/cpus/$cpu.msr"
	check "it reads no MSR that $cpu has not" gives 0 ./hypervisor
	cp out dump
	check "its dump breaks a rule" gives 1 "$lintel" check dump
	check "the right one" grep -q '^broken rule guest.rflags.if: ' out
	check "by name" grep -q '^dump:1: VMCS of my hypervisor$' out
	check "with all that is known of the processor" sh -c '! grep -q "is not known" out'
	sed 's/^/[   12.345678] hv: /' dump | sed 's/$/\r/' >log
	check "from a serial line" gives 1 "$lintel" check log
done
check "in JSON" sh -c '"$0" vmcs --json | grep -q "\"routine\": \"/\*"' "$lintel"
check "no file is read" refuses 'no file is read' "$lintel" vmcs dump
