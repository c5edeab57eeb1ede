// SPDX-License-Identifier: GPL-2.0
/*
 * suspend: make a running Bochs save its state and end.
 *
 *   suspend PORT DIR NAME
 *
 * DIR is the working directory of Bochs, NAME an empty directory in it that takes
 * the state.
 *
 * Bochs offers this only as a button of its window. With the display library "rfb"
 * the window is an RFB (VNC) server, so be its client: click the button and type
 * the answers to the questions that Bochs asks in it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* The window is 720 pixels wide; "suspend" is the button that ends 32 pixels from its edge. */
#define SUSPEND_X 672
#define SUSPEND_Y 8

#define KEY_RETURN 0xff0d

/*
 * Bochs looks at its window's events only now and then, and holds few of them: what comes
 * too fast is lost.
 */
#define CLICK_US  200000
#define DIALOG_US 500000
#define KEY_US	  25000
#define ANSWER_MS 300

/* Time for the beginning of the saving, and for all of it. */
#define START_SECONDS 10
#define SAVE_SECONDS  120

static int sock;

static void die(const char *what)
{
	fprintf(stderr, "suspend: %s: %s\n", what, errno ? strerror(errno) : "connection closed");
	exit(1);
}

static void receive(void *buf, size_t size)
{
	uint8_t *p = buf;

	while (size) {
		ssize_t n = recv(sock, p, size, 0);

		if (n == 0)
			errno = 0;
		if (n <= 0)
			die("receive");
		p += n;
		size -= (size_t)n;
	}
}

static void transmit(const void *buf, size_t size)
{
	/* Bochs may end while an answer is given once more: receiving will tell. */
	send(sock, buf, size, MSG_NOSIGNAL);
}

static void skip(size_t size)
{
	uint8_t byte;

	while (size--)
		receive(&byte, 1);
}

/* RFB 3.3: versions, security type "none", shared session, description of the screen. */
static void handshake(void)
{
	uint8_t init[24];
	uint32_t name_len;

	skip(12);
	transmit("RFB 003.003\n", 12);
	skip(4);
	transmit("\1", 1);
	receive(init, sizeof(init));
	memcpy(&name_len, init + 20, sizeof(name_len));
	skip(ntohl(name_len));
}

static void pointer(uint16_t x, uint16_t y, uint8_t buttons)
{
	uint8_t msg[6] = {5, buttons, (uint8_t)(x >> 8), (uint8_t)x, (uint8_t)(y >> 8), (uint8_t)y};

	transmit(msg, sizeof(msg));
	usleep(CLICK_US);
}

static void key(uint32_t sym)
{
	for (uint8_t down = 2; down-- > 0;) {
		uint8_t msg[8] = {4, down};

		sym = htonl(sym);
		memcpy(msg + 4, &sym, sizeof(sym));
		sym = ntohl(sym);
		transmit(msg, sizeof(msg));
		usleep(KEY_US);
	}
}

static void type(const char *text)
{
	for (; *text; text++)
		key((uint8_t)*text);
	key(KEY_RETURN);
}

static void attach(const char *port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)atoi(port)),
	};
	struct timeval limit = {.tv_sec = SAVE_SECONDS};

	sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (sock < 0 || setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    connect(sock, (struct sockaddr *)&addr, sizeof(addr)))
		die("connect");
}

/* The file "config" is the first that Bochs writes. */
static void await_start(const char *dir, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s/config", dir, name);
	for (int ms = 0; access(path, F_OK); ms += 100) {
		if (ms > START_SECONDS * 1000)
			die(path);
		usleep(100000);
	}
}

/*
 * When all is written Bochs asks whether to go on. It does not say when, so give the
 * answer again and again, and stay until it ends: it reads keys only while the session
 * stands.
 */
static void decline_to_continue(void)
{
	for (int ms = 0; ms < SAVE_SECONDS * 1000; ms += ANSWER_MS) {
		struct pollfd fd = {.fd = sock, .events = POLLIN};
		char byte;

		type("n");
		while (poll(&fd, 1, ANSWER_MS) > 0)
			if (recv(sock, &byte, 1, 0) <= 0)
				return;
	}
	errno = ETIMEDOUT;
	die("waiting for the end");
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fputs("usage: suspend PORT DIR NAME\n", stderr);
		return 2;
	}
	attach(argv[1]);
	handshake();
	pointer(SUSPEND_X, SUSPEND_Y, 1);
	pointer(SUSPEND_X, SUSPEND_Y, 0);
	usleep(DIALOG_US);
	type(argv[3]);
	await_start(argv[2], argv[3]);
	decline_to_continue();
	return 0;
}
