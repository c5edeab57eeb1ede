// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "console.h"

#define CTRL_A 0x01

static struct termios console_saved;
static volatile sig_atomic_t console_raw;
static bool console_escape; /* the last byte was Ctrl-A */

void console_close(void)
{
	if (!console_raw)
		return;
	console_raw = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &console_saved);
}

/* tcsetattr() and raise() may be called in a signal handler (POSIX). */
static void console_killed(int signal)
{
	console_close();
	raise(signal); /* SA_RESETHAND: this time it kills */
}

static void console_catch(void)
{
	static const int deadly[] = {SIGHUP,  SIGINT, SIGQUIT, SIGTERM, SIGABRT,
				     SIGSEGV, SIGBUS, SIGFPE,  SIGILL,	SIGPIPE};
	struct sigaction action = {.sa_handler = console_killed, .sa_flags = SA_RESETHAND};
	size_t i;

	for (i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++)
		sigaction(deadly[i], &action, NULL);
	atexit(console_close);
}

void console_open(void)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &console_saved))
		return;
	console_catch();
	raw = console_saved;
	cfmakeraw(&raw);
	raw.c_oflag |= OPOST; /* the command's own messages end their lines with \n alone */
	console_raw = 1;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

/* Takes the escape sequences out of @bytes, in place; true if Ctrl-A X was among them. */
static bool console_unescape(unsigned char *bytes, size_t *count)
{
	size_t i, kept = 0;

	for (i = 0; i < *count; i++) {
		unsigned char c = bytes[i];

		if (console_escape) {
			console_escape = false;
			if (c == 'x' || c == 'X')
				return true;
		} else if (c == CTRL_A) {
			console_escape = true;
			continue;
		}
		bytes[kept++] = c;
	}
	*count = kept;
	return false;
}

enum console_event console_read(unsigned char *bytes, size_t max, size_t *count)
{
	ssize_t n = read(STDIN_FILENO, bytes, max);

	*count = 0;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return CONSOLE_BYTES;
	if (n <= 0)
		return CONSOLE_END;
	*count = n;
	if (console_raw && console_unescape(bytes, count))
		return CONSOLE_QUIT;
	return CONSOLE_BYTES;
}
