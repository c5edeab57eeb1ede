// SPDX-License-Identifier: GPL-2.0
/*
 * supervise: run Bochs, pass its serial line on, and end it when its time is over.
 *
 *   supervise SECONDS MARK VERDICT SERIAL CHATTER BOCHS ARGUMENT...
 *
 * Bochs finds the serial line's pipe as file descriptor 3. What comes from it goes
 * to standard output as it comes, and to the file SERIAL, without NULs and carriage
 * returns. The line that begins with the byte 0x1e, MARK and a colon is not shown:
 * the rest of it goes to the file VERDICT. Bochs's own output goes to CHATTER.
 *
 * With SUPERVISE_INTERACTIVE in the environment the serial line is a pseudo-terminal, and what
 * comes from standard input goes to it; a terminal there is raw meanwhile, and Ctrl-] ends Bochs.
 *
 * Exit status: 0 when a verdict came, 1 when Bochs ended without one, 2 when it
 * could not be run, 124 when the time was over, 128 + n after signal n.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define SERIAL_FD	 3
#define MARK_START	 '\036'
#define STATUS_NONE	 1
#define STATUS_ERROR	 2
#define STATUS_TIMEOUT	 124
#define STATUS_SIGNALLED 128

#define END_KEY 0x1d /* Ctrl-] */

struct line {
	const char *mark; /* MARK_START, the mark, a colon */
	size_t matched;	  /* bytes of the mark seen so far, and held back */
	bool in_verdict;  /* the mark is complete, the rest of the line follows */
	bool got_verdict;
	bool interactive;
	int serial;
	int verdict;
};

static struct termios terminal_saved;

static void die(const char *what)
{
	fprintf(stderr, "supervise: %s: %s\n", what, strerror(errno));
	exit(STATUS_ERROR);
}

static int create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		die(path);
	return fd;
}

/* A reader of ours that has gone away must not change the verdict: errors are ignored. */
static void put(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		data += n;
		size -= (size_t)n;
	}
}

static void show(struct line *line, const char *data, size_t size)
{
	put(STDOUT_FILENO, data, size);
	put(line->serial, data, size);
}

static void take_byte(struct line *line, char c)
{
	if (c == '\0' || (c == '\r' && !line->interactive))
		return;
	if (line->in_verdict) {
		put(line->verdict, &c, 1);
		if (c == '\n') {
			line->in_verdict = false;
			line->got_verdict = true;
		}
		return;
	}
	if (c == line->mark[line->matched]) {
		line->matched++;
		if (!line->mark[line->matched]) {
			line->in_verdict = true;
			line->matched = 0;
		}
		return;
	}
	show(line, line->mark, line->matched);
	/* The first byte of the mark occurs in it once, so a new match starts here or nowhere. */
	line->matched = c == MARK_START;
	if (!line->matched)
		show(line, &c, 1);
}

/* Returns false at the end of the serial line. */
static bool take_input(struct line *line, int fd)
{
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	for (ssize_t i = 0; i < n; i++)
		take_byte(line, buf[i]);
	return n > 0;
}

static void become_bochs(int serial, int chatter, char **argv)
{
	sigset_t none;
	int null = open("/dev/null", O_RDONLY);

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGINT, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (null < 0 || dup2(null, 0) < 0 || dup2(chatter, 1) < 0 || dup2(chatter, 2) < 0 ||
	    dup2(serial, SERIAL_FD) < 0)
		_exit(127);
	if (null > SERIAL_FD)
		close(null);
	fcntl(SERIAL_FD, F_SETFD, 0);
	execvp(argv[0], argv);
	fprintf(stderr, "supervise: %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static int watch_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* A shell starts its background jobs with SIGINT ignored. */
	signal(SIGINT, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		die("signalfd");
	return fd;
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void terminal_restore(void)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &terminal_saved);
}

static void terminal_make_raw(void)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &terminal_saved))
		return; /* no terminal */
	atexit(terminal_restore);
	raw = terminal_saved;
	cfmakeraw(&raw);
	raw.c_oflag |= OPOST; /* what else is said there ends its lines with \n alone */
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

/* Bochs sets the line up so that Ctrl-C would not come through. */
static void line_make_raw(int fd)
{
	struct termios raw;

	if (tcgetattr(fd, &raw))
		die("pseudo-terminal");
	cfmakeraw(&raw);
	tcsetattr(fd, TCSANOW, &raw);
}

/* Both ends of the serial line: Bochs's is ends[1]. */
static void make_line(bool interactive, int ends[2])
{
	if (!interactive) {
		if (pipe2(ends, O_CLOEXEC))
			die("pipe");
		return;
	}
	ends[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (ends[0] < 0 || grantpt(ends[0]) || unlockpt(ends[0]))
		die("pseudo-terminal");
	ends[1] = open(ptsname(ends[0]), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (ends[1] < 0)
		die("pseudo-terminal");
	line_make_raw(ends[0]);
	terminal_make_raw();
}

/* What is typed goes to the line. Returns false when the key that ends Bochs was among it. */
static bool take_keys(int *keys, int fd)
{
	char buf[256];
	ssize_t n = read(*keys, buf, sizeof(buf));

	if (n <= 0) {
		if (!n || errno != EINTR)
			*keys = -1;
		return true;
	}
	if (memchr(buf, END_KEY, (size_t)n))
		return false;
	line_make_raw(fd);
	put(fd, buf, (size_t)n);
	return true;
}

/* Pass the line on until it ends (0), the time is over, or a signal came. */
static int pump(struct line *line, int fd, int signals, long long end)
{
	int keys = line->interactive ? STDIN_FILENO : -1;

	for (;;) {
		struct pollfd fds[] = {{.fd = fd, .events = POLLIN},
				       {.fd = signals, .events = POLLIN},
				       {.fd = keys, .events = POLLIN}};
		long long left = end - now_ms();

		if (left <= 0)
			return STATUS_TIMEOUT;
		if (poll(fds, 3, left > INT_MAX ? INT_MAX : (int)left) < 0 && errno != EINTR)
			die("poll");
		if (fds[0].revents && !take_input(line, fd))
			return 0;
		if (fds[2].revents && !take_keys(&keys, fd))
			return STATUS_SIGNALLED + SIGINT;
		if (fds[1].revents) {
			struct signalfd_siginfo info;

			if (read(signals, &info, sizeof(info)) == sizeof(info))
				return STATUS_SIGNALLED + (int)info.ssi_signo;
		}
	}
}

int main(int argc, char **argv)
{
	struct line line = {0};
	char mark[128];
	int ends[2];
	int chatter, signals, status, child_status;
	long seconds;
	pid_t child;

	if (argc < 7) {
		fputs("usage: supervise SECONDS MARK VERDICT SERIAL CHATTER BOCHS ARGUMENT...\n",
		      stderr);
		return STATUS_ERROR;
	}
	seconds = strtol(argv[1], NULL, 10);
	if (seconds < 1 || seconds > 1000000) {
		fputs("supervise: SECONDS must be 1 to 1000000\n", stderr);
		return STATUS_ERROR;
	}
	snprintf(mark, sizeof(mark), "%c%s:", MARK_START, argv[2]);
	line.mark = mark;
	line.verdict = create(argv[3]);
	line.serial = create(argv[4]);
	chatter = create(argv[5]);
	signals = watch_signals();
	line.interactive = getenv("SUPERVISE_INTERACTIVE");
	make_line(line.interactive, ends);
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0)
		become_bochs(ends[1], chatter, argv + 6);
	close(ends[1]);
	status = pump(&line, ends[0], signals, now_ms() + seconds * 1000);
	show(&line, line.mark, line.matched);
	if (status)
		kill(child, SIGKILL);
	if (waitpid(child, &child_status, 0) < 0)
		die("waitpid");
	if (status)
		return status;
	if (WIFEXITED(child_status) && WEXITSTATUS(child_status) == 127)
		return STATUS_ERROR;
	return line.got_verdict ? 0 : STATUS_NONE;
}
