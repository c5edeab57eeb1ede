// SPDX-License-Identifier: GPL-2.0
/*
 * The matrix as one HTML page that needs nothing else, and no JavaScript to be read: matrix.css
 * hides the columns of single processors until their generation's box is checked, matrix.js
 * filters.
 *
 * Whatever comes from a recording goes through put_text().
 */
#include <string.h>

#include "matrix.h"
#include "facts/capability_text.h"
#include "facts/control_text.h"
#include "names.h"

/* matrix_assets.S */
extern const char matrix_css[], matrix_js[];

static void put_text(FILE *out, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc(*text < ' ' || *text > '~' ? '?' : *text, out);
		}
}

/* The words that every name has are left out of a column's head. */
static void put_short_name(FILE *out, const char *name)
{
	static const char *const noise[] = {"Intel(R) ", "Genuine ", "(R)",
					    "(TM)",	 " CPU",     "Core "};
	char text[256], *at = text;
	size_t i;

	while (*name && at < text + sizeof(text) - 1) {
		for (i = 0; i < sizeof(noise) / sizeof(noise[0]); i++)
			if (!strncmp(name, noise[i], strlen(noise[i])))
				break;
		if (i < sizeof(noise) / sizeof(noise[0]))
			name += strlen(noise[i]);
		else
			*at++ = *name++;
	}
	*at = '\0';
	put_text(out, text);
}

/* --- The head --- */

static const char *kind_of(const struct matrix *matrix, const struct matrix_group *group)
{
	enum recording_class class = matrix->cpu[group->first].class;

	if (matrix->cpu[group->first].own)
		return "own";
	if (class != RECORDING_PHYSICAL)
		return recording_class_name(class);
	return group->generation && group->generation->atom ? "small" : "big";
}

static void put_style(const struct matrix *matrix, FILE *out)
{
	unsigned int i;

	fprintf(out, "<style>\n%s", matrix_css);
	for (i = 0; i < matrix->groups; i++)
		fprintf(out, "table:not(:has(#g%u:checked)) .c%u{display:none}\n", i, i);
	fputs("</style>\n", out);
}

/* On a narrow screen only every so many columns have room for a year. */
#define AXIS_STEP 5

/* What an address calls a processor: its recording, and its label where that has several. */
static void put_key(FILE *out, const struct matrix_cpu *cpu)
{
	const char *slash = strrchr(cpu->processor->source, '/');

	put_text(out, slash ? slash + 1 : cpu->processor->source);
	if (!cpu->processor->label)
		return;
	fputc('[', out);
	put_text(out, cpu->processor->label);
	fputc(']', out);
}

static void put_group_head(const struct matrix *matrix, unsigned int index, FILE *out)
{
	const struct matrix_group *group = &matrix->group[index];
	unsigned int i;

	fprintf(out, "<th scope=\"col\" class=\"g\" data-key=\"%s\" data-kind=\"%s\"", group->title,
		kind_of(matrix, group));
	if (group->generation)
		fprintf(out, " data-year=\"%u\"", group->generation->year);
	if (group->generation && index % AXIS_STEP == 0)
		fprintf(out, " data-axis=\"%u\"", group->generation->year);
	fprintf(out, "><label><span class=\"r\"><b>%s</b> ", group->title);
	if (group->generation)
		fprintf(out, "<i>%u</i>", group->generation->year);
	fprintf(out,
		"</span><span class=\"count\">%u</span><input type=\"checkbox\" "
		"id=\"g%u\"></label></th>\n",
		group->count, index);

	for (i = group->first; i < group->first + group->count; i++) {
		fprintf(out, "<th scope=\"col\" class=\"c%u\" data-key=\"", index);
		put_key(out, &matrix->cpu[i]);
		fputs("\" title=\"", out);
		put_text(out, matrix->cpu[i].name);
		fputs(" (", out);
		put_text(out, matrix->cpu[i].processor->source);
		fputs(")\"><span class=\"r\">", out);
		put_short_name(out, matrix->cpu[i].name);
		fputs("</span></th>\n", out);
	}
}

static void put_head(const struct matrix *matrix, FILE *out)
{
	unsigned int i;

	fprintf(out,
		"<thead><tr><th scope=\"col\" class=\"name\">Control or feature</th>"
		"<th scope=\"col\" class=\"s\"><span class=\"r\">first seen</span></th>"
		"<th scope=\"col\" class=\"s\"><span class=\"r\">have it, of %u</span></th>\n",
		matrix_count(matrix, RECORDING_PHYSICAL));
	for (i = 0; i < matrix->groups; i++)
		put_group_head(matrix, i, out);
	fputs("</tr></thead>\n", out);
}

/* --- The cells --- */

/* A number that is longer is shown in the words of its row. */
#define DIGITS_MAX 4

static void put_number(u64 number, const char *class, FILE *out)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", number);
	fprintf(out, "<td class=\"v%s\">%s", class, strlen(text) > DIGITS_MAX ? "…" : text);
}

static void put_sum(const struct matrix_row *row, struct matrix_sum sum, FILE *out)
{
	if (!sum.known)
		fputs("<td class=\"u\">?", out);
	else if (matrix_row_is_number(row) && sum.same)
		put_number(sum.number, "", out);
	else if (matrix_row_is_number(row))
		fputs("<td class=\"p\">≠", out);
	else if (!sum.has)
		fputs("<td class=\"n\">·", out);
	else if (sum.has < sum.known)
		fprintf(out, "<td class=\"p\">%u/%u", sum.has, sum.known);
	else
		fputs(sum.forced ? "<td class=\"f\">1" : "<td class=\"y\">●", out);
	fputs("</td>", out);
}

static void put_cell(struct matrix_cell cell, unsigned int group, FILE *out)
{
	static const struct {
		char class;
		const char *text;
	} shown[] = {
		[MATRIX_UNKNOWN] = {'u', "?"},
		[MATRIX_NO] = {'n', "·"},
		[MATRIX_YES] = {'y', "●"},
		[MATRIX_FORCED] = {'f', "1"},
	};
	char class[16];

	snprintf(class, sizeof(class), " c%u", group);
	if (cell.state == MATRIX_NUMBER)
		put_number(cell.number, class, out);
	else
		fprintf(out, "<td class=\"%c%s\">%s", shown[cell.state].class, class,
			shown[cell.state].text);
	fputs("</td>", out);
}

static void put_cells(const struct matrix *matrix, const struct matrix_row *row, FILE *out)
{
	unsigned int i, cpu;

	for (i = 0; i < matrix->groups; i++) {
		const struct matrix_group *group = &matrix->group[i];

		put_sum(row, matrix_sum(matrix, row, group->first, group->count), out);
		for (cpu = group->first; cpu < group->first + group->count; cpu++)
			put_cell(matrix_cell(&matrix->cpu[cpu], row), i, out);
		fputc('\n', out);
	}
}

/* --- The words of a row --- */

static const char *ask_words(enum ctl_ask ask)
{
	static const char *const words[] = {
		[CTL_MUST1] = "Lintel needs it to be 1",
		[CTL_MUST0] = "Lintel needs it to be 0",
		[CTL_LIKE1] = "Lintel sets it where it can",
		[CTL_TOGGLE] = "Lintel changes it at run time",
		[CTL_OFF] = "Lintel keeps it 0",
		[CTL_EITHER] = "Lintel does not use it",
	};

	return words[ask];
}

static void put_paragraph(const char *text, FILE *out)
{
	fputs("<p>", out);
	put_text(out, text);
	fputs("</p>", out);
}

/* "Called vmx-ept by QEMU, ept by /proc/cpuinfo", for the search. */
static void put_aliases(enum alias_of of, unsigned int word, unsigned int bit, FILE *out)
{
	const char *separator = " Called ";

	for (unsigned int i = 0; i < alias_count; i++) {
		const struct alias *alias = &alias_table[i];

		if (alias->of != of || alias->word != word || alias->number != bit)
			continue;
		fputs(separator, out);
		fputs("<code>", out);
		put_text(out, alias->name);
		fprintf(out, "</code> by %s", alias_who_names[alias->who]);
		separator = ", ";
	}
	if (*separator == ',')
		fputc('.', out);
}

static void put_control_words(const struct ctl_bit *control, FILE *out)
{
	const struct control_text *text = control_text(control);
	const struct ctl_word_info *word = &ctl_word_table[control->word];
	const struct cap_msr_info *msr = &cap_msr_table[word->true_msr];

	put_paragraph(text->text, out);
	fprintf(out, "<p class=\"where\">%s control, bit %u; allowed by %s (%#x)", word->name,
		control->bit, msr->name, msr->index);
	fprintf(out, "; <code>%s</code>", text->constant);
	if (text->kvm)
		fprintf(out, ", in KVM <code>%s</code>", text->kvm);
	fputc('.', out);
	put_aliases(ALIAS_OF_CONTROL, control->word, control->bit, out);
	fputs("</p>", out);
	fprintf(out, "<p>%s: %s.</p>", ask_words(control->ask), control->why);
	fprintf(out, "<p>SDM: “%s”</p>", text->section);
}

static void put_field_words(const struct cap_field *field, FILE *out)
{
	const struct cap_msr_info *msr = &cap_msr_table[field->msr];

	put_paragraph(capability_field_text(field), out);
	if (field->hi_bit == field->lo_bit)
		fprintf(out, "<p class=\"where\">bit %u of %s (%#x).", field->lo_bit, msr->name,
			msr->index);
	else
		fprintf(out, "<p class=\"where\">bits %u:%u of %s (%#x).", field->hi_bit,
			field->lo_bit, msr->name, msr->index);
	put_aliases(ALIAS_OF_CAPABILITY, field->msr, field->lo_bit, out);
	fputs("</p>", out);
}

/* "Only some: Kaby Lake 3 of 9, ..." and "None: ...", of those since the first that has it. */
static void put_exceptions(const struct matrix *matrix, const struct matrix_row *row, bool none,
			   FILE *out)
{
	const char *separator = none ? "<p>None of: " : "<p>Only some of: ";
	bool begun = false, any = false;
	unsigned int i;

	for (i = 0; i < matrix->groups; i++) {
		const struct matrix_group *group = &matrix->group[i];
		struct matrix_sum sum = matrix_sum(matrix, row, group->first, group->count);

		begun = begun || sum.has;
		/* What the recordings without a name lack tells nobody anything. */
		if (matrix->cpu[group->first].own ||
		    (!group->generation && matrix->cpu[group->first].class == RECORDING_PHYSICAL))
			continue;
		if (!begun || !sum.known || (none ? sum.has : !sum.has || sum.has == sum.known))
			continue;
		fprintf(out, "%s%s", separator, group->title);
		if (!none)
			fprintf(out, " %u of %u", sum.has, sum.known);
		separator = ", ";
		any = true;
	}
	if (any)
		fputs(".</p>", out);
}

/* Each value once, with how many processors have it. */
static void put_values(const struct matrix *matrix, const struct matrix_row *row, FILE *out)
{
	const char *separator = "<p>Values: ";
	unsigned int i, k, count;

	for (i = 0; i < matrix->cpus; i++) {
		struct matrix_cell cell = matrix_cell(&matrix->cpu[i], row);

		if (cell.state != MATRIX_NUMBER)
			continue;
		for (k = 0, count = 0; k < matrix->cpus; k++) {
			struct matrix_cell other = matrix_cell(&matrix->cpu[k], row);

			if (other.state != MATRIX_NUMBER || other.number != cell.number)
				continue;
			if (k < i)
				break;
			count++;
		}
		if (k < matrix->cpus)
			continue;
		fprintf(out, "%s%llu (%u)", separator, cell.number, count);
		separator = ", ";
	}
	fputs(*separator == ',' ? ".</p>" : "<p>Nobody recorded it.</p>", out);
}

static void put_words(const struct matrix *matrix, const struct matrix_row *row, FILE *out)
{
	if (row->control)
		put_control_words(row->control, out);
	else if (row->field)
		put_field_words(row->field, out);
	else
		fputs("<p>All that Lintel needs is there: <code>lintel caps</code> says what is "
		      "missing.</p>",
		      out);
	if (matrix_row_is_number(row)) {
		put_values(matrix, row, out);
		return;
	}
	put_exceptions(matrix, row, false, out);
	put_exceptions(matrix, row, true, out);
}

/* --- The rows --- */

static const struct generation *first_with(const struct matrix *matrix,
					   const struct matrix_row *row)
{
	unsigned int i;

	for (i = 0; i < matrix->groups; i++)
		if (matrix->group[i].generation &&
		    matrix_sum(matrix, row, matrix->group[i].first, matrix->group[i].count).has)
			return matrix->group[i].generation;
	return NULL;
}

/* What QEMU and the kernel call the row. */
static const char *row_name(const struct matrix_row *row, enum name_set set)
{
	if (row->control)
		return names_control(set, row->control->word, row->control->bit, row->name);
	if (row->field)
		return names_capability(set, row->field->msr, row->field->lo_bit, row->name);
	return row->name;
}

/* With the id that `lintel explain' knows, for addresses, and the other names. */
static void put_row_begin(const struct matrix_row *row, FILE *out)
{
	if (row->control)
		fprintf(out, "<tr id=\"%s:%u\"", control_word_short_names[row->control->word],
			row->control->bit);
	else if (row->field)
		fprintf(out, "<tr id=\"%#x:%u\"", cap_msr_table[row->field->msr].index,
			row->field->lo_bit);
	else
		fputs("<tr id=\"verdict\"", out);
	fputs(" data-qemu=\"", out);
	put_text(out, row_name(row, NAMES_QEMU));
	fputs("\" data-kernel=\"", out);
	put_text(out, row_name(row, NAMES_KERNEL));
	fputs("\"><th scope=\"row\"><details><summary>", out);
}

static void put_row(const struct matrix *matrix, const struct matrix_row *row, FILE *out)
{
	struct matrix_sum physical =
		matrix_sum(matrix, row, matrix->own, matrix_count(matrix, RECORDING_PHYSICAL));
	const struct generation *first = first_with(matrix, row);

	put_row_begin(row, out);
	if (row->control)
		fprintf(out, "<span class=\"bit\">%u</span> ", row->control->bit);
	else if (row->field)
		fprintf(out, "<span class=\"bit\">%u</span> ", row->field->lo_bit);
	fputs("<span class=\"t\">", out);
	put_text(out, row->name);
	fputs("</span></summary><div>", out);
	put_words(matrix, row, out);
	fputs("</div></details></th>\n<td class=\"s\">", out);
	if (first)
		fprintf(out, "<span title=\"%s\">%u</span>", first->name, first->year);
	fputs("</td><td class=\"s\">", out);
	if (!matrix_row_is_number(row))
		fprintf(out, "%u", physical.has);
	fputs("</td>\n", out);
	put_cells(matrix, row, out);
	fputs("</tr>\n", out);
}

static void put_group_title(const struct matrix_row *row, FILE *out)
{
	fputs("<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"3\"><h2>", out);
	if (row->control)
		fprintf(out, "%s controls", row->group);
	else
		fputs(row->field ? row->group : "Verdict", out);
	fputs("</h2></th></tr>\n", out);
}

static void put_rows(const struct matrix *matrix, FILE *out)
{
	unsigned int i;

	for (i = 0; i < matrix->rows; i++) {
		const struct matrix_row *row = &matrix->row[i];

		if (i && !strcmp(row[-1].group, row->group)) {
			put_row(matrix, row, out);
			continue;
		}
		if (i)
			fputs("</tbody>\n", out);
		put_group_title(row, out);
		put_row(matrix, row, out);
	}
	fputs("</tbody>\n", out);
}

/* --- The page --- */

static void put_introduction(const struct matrix *matrix, FILE *out)
{
	unsigned int generations = 0, i;

	for (i = 0; i < matrix->groups; i++)
		generations += !!matrix->group[i].generation;
	fprintf(out,
		"<header>\n<h1>Intel VT-x by generation</h1>\n"
		"<p>The VMX capability MSRs of %u recorded processors of %u generations; last, and "
		"in no sum, what hypervisors show their guests (%u) and what emulators make of "
		"processors (%u). A box above a column shows its single processors; a row unfolds "
		"to what it means; a click on a cell makes the address one that leads to it.</p>\n"
		"<ul class=\"legend\">"
		"<li><span class=\"y\">●</span> there; a control may be 0 or 1"
		"<li><span class=\"f\">1</span> the control is always 1"
		"<li><span class=\"p\">3/5</span> 3 of 5 processors have it"
		"<li><span class=\"p\">≠</span> the processors' numbers differ"
		"<li><span class=\"n\">·</span> not there"
		"<li><span class=\"u\">?</span> not recorded</ul>\n",
		matrix_count(matrix, RECORDING_PHYSICAL), generations,
		matrix_count(matrix, RECORDING_VIRTUAL), matrix_count(matrix, RECORDING_EMULATED));
}

static void put_filter(FILE *out)
{
	fputs("<form id=\"filter\" hidden>\n"
	      "<label>Rows <input type=\"search\" id=\"rows\" placeholder=\"EPT, 0x48b, APIC\" "
	      "autocomplete=\"off\"></label>\n"
	      "<label>Group <select id=\"group\"><option value=\"\">all</option></select></label>\n"
	      "<label>Columns <input type=\"search\" id=\"columns\" placeholder=\"Haswell, Xeon, "
	      "i7\" autocomplete=\"off\"></label>\n"
	      "<label>Years <span><input type=\"number\" id=\"from\" aria-label=\"from year\"> – "
	      "<input type=\"number\" id=\"to\" aria-label=\"to year\"></span></label>\n"
	      "<label>Processors <select id=\"kind\"><option value=\"\">all</option>"
	      "<option value=\"big\">large cores</option><option value=\"small\">small cores"
	      "</option><option value=\"virtual\">virtual</option>"
	      "<option value=\"emulated\">emulated</option><option value=\"own\">yours</option>"
	      "</select></label>\n"
	      "<label>Names <select id=\"names\"><option value=\"\">the SDM's</option>"
	      "<option value=\"qemu\">QEMU's</option><option value=\"kernel\">/proc/cpuinfo's"
	      "</option></select></label>\n"
	      "<label>That have <select id=\"having\"><option value=\"\">anything</option></select>"
	      "</label>\n"
	      "<label class=\"check\"><input type=\"checkbox\" id=\"differing\"> only rows that "
	      "differ</label>\n"
	      "<label class=\"check\"><input type=\"checkbox\" id=\"every\"> every processor"
	      "</label>\n"
	      "<button type=\"reset\">Reset</button>\n"
	      "<output id=\"found\" role=\"status\"></output>\n"
	      "</form>\n",
	      out);
}

void matrix_page(const struct matrix *matrix, FILE *out)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<title>Intel VT-x by generation</title>\n<link rel=\"icon\" href=\"data:,\">\n",
	      out);
	put_style(matrix, out);
	fputs("</head>\n<body>\n", out);
	put_introduction(matrix, out);
	put_filter(out);
	fputs("</header>\n<main>\n<table>\n<caption>VMX controls and features of the "
	      "recorded processors, by generation</caption>\n",
	      out);
	put_head(matrix, out);
	put_rows(matrix, out);
	fprintf(out, "</table>\n</main>\n<script>\n%s</script>\n</body>\n</html>\n", matrix_js);
}
