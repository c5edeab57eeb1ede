// SPDX-License-Identifier: GPL-2.0
/*
 * The MSR bitmap as a picture: a panel for each quarter, a cell for each bit, 128 to a row, and
 * what is open in it marked and named.  One file of its own, without scripts or fonts.
 */
#include <stdio.h>
#include <string.h>

#include "bitmap.h"

#define CELL	     5
#define CELLS_IN_ROW 128u
#define ROWS	     (BITMAP_QUARTER_MSRS / CELLS_IN_ROW)
#define MARGIN	     96 /* left of the cells: the numbers of the MSRs */
#define GRID_WIDTH   ((int)CELLS_IN_ROW * CELL)
#define GRID_HEIGHT  ((int)ROWS * CELL)
#define LEGEND	     (MARGIN + GRID_WIDTH + 48)
#define LINE	     18
#define NAMED_MAX    ((unsigned int)GRID_HEIGHT / LINE)
#define WIDTH	     (LEGEND + 470)
#define TITLE	     64 /* of the picture */
#define PANEL	     (GRID_HEIGHT + 64)

#define BY_POLICY     "#0a6b34"
#define NOT_BY_POLICY "#b3261e"

static void print_escaped(const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '<':
			fputs("&lt;", stdout);
			break;
		case '>':
			fputs("&gt;", stdout);
			break;
		case '&':
			fputs("&amp;", stdout);
			break;
		default:
			putchar((unsigned char)*text < ' ' || *text & 0x80 ? '?' : *text);
		}
}

static const char *run_colour(const struct bitmap_run *run)
{
	return run->by_policy ? BY_POLICY : NOT_BY_POLICY;
}

static void print_run_words(const struct bitmap_run *run)
{
	printf(run->first == run->last ? "0x%x " : "0x%x to 0x%x ", run->first, run->last);
	print_escaped(bitmap_run_name(run));
	if (!run->by_policy)
		fputs(" (not by the policy)", stdout);
}

/* The cells of a run: a rectangle for each row that it touches. */
static void print_cells(const struct bitmap_run *run, int top)
{
	u32 at = run->first - run->quarter->first, end = run->last - run->quarter->first + 1;

	printf("<g fill=\"%s\" stroke=\"%s\" stroke-width=\"2\"><title>", run_colour(run),
	       run_colour(run));
	print_run_words(run);
	puts("</title>");
	while (at < end) {
		u32 row = at / CELLS_IN_ROW, column = at % CELLS_IN_ROW;
		u32 cells = CELLS_IN_ROW - column < end - at ? CELLS_IN_ROW - column : end - at;

		printf("<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%d\"/>\n",
		       MARGIN + column * CELL, (unsigned int)top + row * CELL, cells * CELL, CELL);
		at += cells;
	}
	puts("</g>");
}

static void print_named(const struct bitmap_run *run, int top, unsigned int line)
{
	u32 at = run->first - run->quarter->first;
	int x = MARGIN + (int)(at % CELLS_IN_ROW + 1) * CELL;
	int y = top + (int)(at / CELLS_IN_ROW) * CELL + CELL / 2;
	int text_y = top + (int)line * LINE + LINE / 2;

	printf("<polyline points=\"%d,%d %d,%d %d,%d\" fill=\"none\" stroke=\"%s\" "
	       "stroke-opacity=\"0.45\"/>\n<text x=\"%d\" y=\"%d\" fill=\"%s\">",
	       x, y, LEGEND - 36, text_y, LEGEND - 4, text_y, run_colour(run), LEGEND, text_y + 4,
	       run_colour(run));
	print_run_words(run);
	puts("</text>");
}

static void print_grid(const struct bitmap_quarter *quarter, int top)
{
	printf("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#e9edf2\" "
	       "stroke=\"#5b6673\"/>\n<g stroke=\"#c3ccd6\">\n",
	       MARGIN, top, GRID_WIDTH, GRID_HEIGHT);
	for (int column = 16; column < (int)CELLS_IN_ROW; column += 16)
		printf("<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n", MARGIN + column * CELL,
		       top, MARGIN + column * CELL, top + GRID_HEIGHT);
	for (int row = 8; row < (int)ROWS; row += 8)
		printf("<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n", MARGIN,
		       top + row * CELL, MARGIN + GRID_WIDTH, top + row * CELL);
	puts("</g>\n<g fill=\"#3c4650\" text-anchor=\"end\">");
	for (unsigned int row = 0; row < ROWS; row += 8)
		printf("<text x=\"%d\" y=\"%u\">0x%08x</text>\n", MARGIN - 6,
		       (unsigned int)top + row * CELL + 10, quarter->first + row * CELLS_IN_ROW);
	puts("</g>");
}

static void print_panel(const struct bitmap_page *page, unsigned int number)
{
	const struct bitmap_quarter *quarter = &bitmap_quarters[number];
	int top = TITLE + (int)number * PANEL + 32;
	unsigned int runs = 0;
	struct bitmap_run run;
	u32 msr;

	printf("<text x=\"%d\" y=\"%d\" font-size=\"16\" font-weight=\"bold\">%s: bytes 0x%03x to "
	       "0x%03x</text>\n",
	       MARGIN, top - 10, quarter->name, number * 1024, number * 1024 + 1023);
	print_grid(quarter, top);
	for (msr = quarter->first; bitmap_next_run(page, quarter, &msr, &run); runs++)
		print_cells(&run, top);
	msr = quarter->first;
	for (unsigned int line = 0; bitmap_next_run(page, quarter, &msr, &run); line++)
		if (runs <= NAMED_MAX || line < NAMED_MAX - 1)
			print_named(&run, top, line);
	if (runs > NAMED_MAX)
		printf("<text x=\"%d\" y=\"%d\">and %u more</text>\n", LEGEND,
		       top + (int)(NAMED_MAX - 1) * LINE + LINE / 2 + 4, runs - NAMED_MAX + 1);
	if (!runs)
		printf("<text x=\"%d\" y=\"%d\">every access exits</text>\n", LEGEND, top + 13);
}

void bitmap_print_svg(const struct bitmap_page *page)
{
	int height = TITLE + BITMAP_QUARTERS * PANEL + 8;

	printf("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
	       "height=\"%d\" font-family=\"DejaVu Sans, Verdana, sans-serif\" font-size=\"12\" "
	       "role=\"img\">\n<title>MSR bitmap: ",
	       WIDTH, height, WIDTH, height);
	print_escaped(page->source);
	printf("</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n"
	       "<text x=\"%d\" y=\"30\" font-size=\"20\" font-weight=\"bold\">MSR bitmap: ",
	       WIDTH, height, MARGIN);
	print_escaped(page->source);
	printf("</text>\n<text x=\"%d\" y=\"52\">A cell is an MSR, 128 to a row. Coloured: the "
	       "access passes through (%u of %u). All others exit.</text>\n",
	       MARGIN, bitmap_open_count(page), MSR_BITMAP_SIZE * 8);
	for (unsigned int i = 0; i < BITMAP_QUARTERS; i++)
		print_panel(page, i);
	puts("</svg>");
}
