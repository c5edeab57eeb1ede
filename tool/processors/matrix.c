// SPDX-License-Identifier: GPL-2.0
/* lintel matrix: all recorded processors on one page. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool/processor/availability.h"
#include "tool/command.h"
#include "tool/processor/feature.h"
#include "tool/json.h"
#include "matrix.h"
#include "tool/processor/recorded.h"

#define VERDICT "Lintel runs on it"

static const enum matrix_state state_of[] = {
	[AVAILABLE_NO] = MATRIX_NO,
	[AVAILABLE_YES] = MATRIX_YES,
	[AVAILABLE_UNKNOWN] = MATRIX_UNKNOWN,
};

/* Of a control that may be 1. */
static enum matrix_state forced_or_not(const struct vmx_cap_msrs *raw,
				       const struct ctl_bit *control)
{
	const struct ctl_word_info *word = &ctl_word_table[control->word];
	enum cap_msr msr = feature_control_msr(raw, control->word);

	if (msr == CAP_MSRS)
		return MATRIX_UNKNOWN;
	if (feature_unknown0(raw, control->word, msr) & BIT64(control->bit))
		return MATRIX_UNKNOWN;
	if (!(feature_allowed0(raw, control->word, msr) & BIT64(control->bit)))
		return MATRIX_YES;
	/* A TRUE MSR, which nobody tried to read, may allow 0. */
	if (msr != word->true_msr && (word->default1 & BIT64(control->bit)) &&
	    availability_msr(raw, word->true_msr) != AVAILABLE_NO)
		return MATRIX_UNKNOWN;
	return MATRIX_FORCED;
}

static enum matrix_state control_state(const struct vmx_cap_msrs *raw,
				       const struct ctl_bit *control)
{
	struct ctl_ref ref = {control->word, control->bit};
	enum availability available = availability_control(raw, ref);

	return available == AVAILABLE_YES ? forced_or_not(raw, control) : state_of[available];
}

bool matrix_row_is_number(const struct matrix_row *row)
{
	return row->field && row->field->hi_bit != row->field->lo_bit;
}

static struct matrix_cell number_cell(const struct vmx_cap_msrs *raw, const struct cap_field *field)
{
	if (!cap_msr_present(raw, field->msr) ||
	    cap_bits(raw->unknown[field->msr], field->hi_bit, field->lo_bit))
		return (struct matrix_cell){MATRIX_UNKNOWN, 0};
	return (struct matrix_cell){MATRIX_NUMBER,
				    cap_bits(raw->value[field->msr], field->hi_bit, field->lo_bit)};
}

struct matrix_cell matrix_cell(const struct matrix_cpu *cpu, const struct matrix_row *row)
{
	const struct vmx_cap_msrs *raw = &cpu->processor->raw;
	enum matrix_state state;

	if (matrix_row_is_number(row))
		return number_cell(raw, row->field);
	if (row->control)
		state = control_state(raw, row->control);
	else if (row->field)
		state = state_of[availability_bit(raw, row->field->msr, row->field->lo_bit)];
	else if (cpu->processor->unknown)
		state = MATRIX_UNKNOWN;
	else
		state = cpu->processor->usable ? MATRIX_YES : MATRIX_NO;
	return (struct matrix_cell){state, 0};
}

struct matrix_sum matrix_sum(const struct matrix *matrix, const struct matrix_row *row,
			     unsigned int first, unsigned int count)
{
	struct matrix_sum sum = {.forced = true, .same = true};
	unsigned int i;

	for (i = first; i < first + count; i++) {
		struct matrix_cell cell = matrix_cell(&matrix->cpu[i], row);

		if (cell.state == MATRIX_UNKNOWN)
			continue;
		sum.same = sum.same && (!sum.known || sum.number == cell.number);
		sum.number = cell.number;
		sum.known++;
		sum.has += cell.state == MATRIX_YES || cell.state == MATRIX_FORCED;
		sum.forced = sum.forced && cell.state != MATRIX_YES;
	}
	return sum;
}

unsigned int matrix_count(const struct matrix *matrix, enum recording_class class)
{
	unsigned int count = 0, i;

	for (i = 0; i < matrix->cpus; i++)
		count += !matrix->cpu[i].own && matrix->cpu[i].class == class;
	return count;
}

/* --- The processors --- */

static void add_built_in(struct processors *processors)
{
	const struct recorded_list *list = &recorded_built_in;
	static struct processor values;
	unsigned int i;

	for (i = 0; i < list->count; i++) {
		const struct recorded *row = &list->row[i];

		values = (struct processor){
			.source = row->file,
			.name = *row->cpu ? row->cpu : NULL,
			.label = *row->label ? row->label : NULL,
			.family = row->family,
			.model = row->model,
			.stepping = row->stepping,
			.class = row->class,
			.raw = row->msrs,
		};
		processors_add(processors, &values);
	}
}

/* own: so many of them are the user's, and come first. */
static void add_cpus(struct matrix *matrix, const struct processors *processors, size_t own)
{
	const struct processor *p = processors->list;

	matrix->cpu = command_alloc(processors->count, sizeof(*matrix->cpu));
	matrix->own = (unsigned int)own;
	for (; p < processors->list + processors->count; p++) {
		const char *title = processor_title(p);

		matrix->cpu[matrix->cpus++] = (struct matrix_cpu){
			.name = title ? title : p->source,
			.processor = p,
			.generation = generation_find(p->family, p->model, p->stepping,
						      p->name ? p->name : ""),
			.class = p->class == RECORDING_UNKNOWN ? RECORDING_PHYSICAL : p->class,
			.own = (size_t)(p - processors->list) < own,
		};
	}
}

static const struct generation *group_key(const struct matrix_cpu *cpu)
{
	return cpu->class == RECORDING_PHYSICAL && !cpu->own ? cpu->generation : NULL;
}

/* The user's own, physical ones by generation, then those whose generation is not known, then the
 * other classes. */
static int compare(const void *a, const void *b)
{
	const struct matrix_cpu *x = a, *y = b;
	const struct generation *of_x = group_key(x), *of_y = group_key(y);

	if (x->own != y->own)
		return x->own ? -1 : 1;
	if (!x->own && x->class != y->class)
		return x->class < y->class ? -1 : 1;
	if (of_x != of_y)
		return !of_x ? 1 : !of_y ? -1 : of_x < of_y ? -1 : 1;
	return strcmp(x->name, y->name) ? strcmp(x->name, y->name)
					: strcmp(x->processor->source, y->processor->source);
}

static const char *title_of(const struct matrix_cpu *cpu)
{
	if (cpu->own)
		return "Yours";
	if (cpu->class == RECORDING_VIRTUAL)
		return "Virtual";
	if (cpu->class == RECORDING_EMULATED)
		return "Emulated";
	return cpu->generation ? cpu->generation->name : "Unknown";
}

static void make_groups(struct matrix *matrix)
{
	unsigned int i;

	matrix->group = command_alloc(matrix->cpus, sizeof(*matrix->group));
	for (i = 0; i < matrix->cpus; i++) {
		const struct matrix_cpu *cpu = &matrix->cpu[i];

		if (matrix->groups &&
		    !strcmp(matrix->group[matrix->groups - 1].title, title_of(cpu))) {
			matrix->group[matrix->groups - 1].count++;
			continue;
		}
		matrix->group[matrix->groups++] =
			(struct matrix_group){title_of(cpu), group_key(cpu), i, 1};
	}
}

/* --- The rows --- */

/* Wider than this, a number says nothing in a column: those of CR0 and CR4, VM functions, MSEG. */
#define FIELD_BITS_MAX 31

static void make_rows(struct matrix *matrix)
{
	size_t i;

	matrix->row = command_alloc(1 + ctl_table_count + cap_field_count, sizeof(*matrix->row));
	matrix->row[matrix->rows++] = (struct matrix_row){.group = "verdict", .name = VERDICT};
	for (i = 0; i < ctl_table_count; i++)
		matrix->row[matrix->rows++] = (struct matrix_row){
			.group = ctl_word_table[ctl_table[i].word].name,
			.name = ctl_table[i].name,
			.control = &ctl_table[i],
		};
	for (i = 0; i < cap_field_count; i++) {
		const struct cap_field *field = &cap_field_table[i];

		if (field->hi_bit - field->lo_bit < FIELD_BITS_MAX)
			matrix->row[matrix->rows++] = (struct matrix_row){
				.group = cap_msr_table[field->msr].name,
				.name = field->name,
				.field = field,
			};
	}
}

/* --- JSON --- */

static json_t *cell_json(struct matrix_cell cell)
{
	switch (cell.state) {
	case MATRIX_UNKNOWN:
		return json_null();
	case MATRIX_FORCED:
		return json_string("forced");
	case MATRIX_NUMBER:
		return json_integer((json_int_t)cell.number);
	default:
		return json_boolean(cell.state == MATRIX_YES);
	}
}

static json_t *cpu_json(const struct matrix_cpu *cpu)
{
	const struct generation *generation = cpu->generation;

	return json_pack("{s:o, s:o, s:o, s:o, s:s, s:b}", "source",
			 json_text(cpu->processor->source), "cpu", json_text(cpu->name),
			 "generation", json_text(generation ? generation->name : NULL), "year",
			 generation ? json_integer(generation->year) : json_null(), "class",
			 recording_class_name(cpu->class), "own", cpu->own);
}

static json_t *row_json(const struct matrix *matrix, const struct matrix_row *row)
{
	json_t *values = json_array();
	unsigned int i;

	for (i = 0; i < matrix->cpus; i++)
		json_array_append_new(values, cell_json(matrix_cell(&matrix->cpu[i], row)));
	return json_pack("{s:s, s:s, s:o}", "group", row->group, "name", row->name, "values",
			 values);
}

static void print_json(const struct matrix *matrix)
{
	json_t *cpus = json_array(), *rows = json_array();
	unsigned int i;

	for (i = 0; i < matrix->cpus; i++)
		json_array_append_new(cpus, cpu_json(&matrix->cpu[i]));
	for (i = 0; i < matrix->rows; i++)
		json_array_append_new(rows, row_json(matrix, &matrix->row[i]));
	json_print(json_pack("{s:o, s:o}", "cpus", cpus, "rows", rows));
}

/* --- The command --- */

static void write_page(const struct matrix *matrix, const char *file)
{
	FILE *out = fopen(file, "w");

	if (!out)
		command_fail("%s: %s", file, strerror(errno));
	matrix_page(matrix, out);
	if (ferror(out) | fclose(out))
		command_fail("%s: %s", file, strerror(errno));
}

enum { OPTION_ONLY = 256 };

static int matrix_main(const struct command *command, int argc, char **argv)
{
	struct processors processors = {0};
	struct matrix matrix = {0};
	const char *file = NULL;
	bool json = false, only = false;
	size_t own;
	int option;

	while ((option = command_option(command, argc, argv, &json)) != -1) {
		if (option == OPTION_ONLY)
			only = true;
		else
			file = optarg;
	}
	if (only && optind == argc)
		command_fail_usage(command, "--only: which FILEs?");
	processors_add_files(&processors, argv + optind);
	own = only ? 0 : processors.count;
	if (!only)
		add_built_in(&processors);
	add_cpus(&matrix, &processors, own);
	qsort(matrix.cpu, matrix.cpus, sizeof(*matrix.cpu), compare);
	make_groups(&matrix);
	make_rows(&matrix);
	if (json)
		print_json(&matrix);
	else if (file)
		write_page(&matrix, file);
	else
		matrix_page(&matrix, stdout);
	return COMMAND_FINE;
}

static const struct option matrix_options[] = {
	{"output", required_argument, NULL, 'o'},
	{"only", no_argument, NULL, OPTION_ONLY},
	COMMAND_OPTIONS,
	{0},
};

const struct command matrix_command = {
	.name = "matrix",
	.summary = "an HTML page of the features of all recorded processors",
	.main = matrix_main,
	.options = matrix_options,
	.help = "usage: lintel matrix [OPTIONS] [FILE...]\n"
		"\n"
		"Writes an HTML page that shows, for each control and feature of VT-x, which\n"
		"generations of processors have it, and in each generation which processors.  It\n"
		"is one file that needs no network; rows and columns can be filtered, and it can "
		"be\n"
		"read on a phone, on paper, and without JavaScript.\n"
		"\n"
		"The processors are all that came with the command, and before them, and in no "
		"sum,\n"
		"those of the FILEs, recordings as of `lintel record'.  A click on a cell makes "
		"the\n"
		"page's address one that leads to it.\n"
		"\n"
		"Options:\n"
		"  -o, --output FILE  write to FILE, not to stdout\n"
		"      --only         the processors of the FILEs alone\n"
		"      --json         the same as data: the processors, and for each row the "
		"value\n"
		"                     of each of them: true, false, \"forced\" (a control that is\n"
		"                     always 1), a number, or null where it was not recorded\n"
		"  -h, --help         this text\n"
		"\n"
		"Exit status: 0 fine; 2 bad input or usage.\n"
		"\n"
		"Examples:\n"
		"  lintel matrix -o vtx.html\n"
		"  lintel matrix -o vtx.html this.msr\n"
		"  lintel matrix --only -o ours.html server1.msr server2.msr\n",
};
