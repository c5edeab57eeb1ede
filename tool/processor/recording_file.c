// SPDX-License-Identifier: GPL-2.0
/*
 * Recordings from files: never more than RECORDING_BYTES_MAX of what may be anything.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recording_foreign.h"
#include "recording_text.h"

/* gives: 0, or the errno that says why this kind of file is no recording. */
static int check_kind(int fd)
{
	struct stat stat;

	if (fstat(fd, &stat))
		return errno;
	if (S_ISDIR(stat.st_mode))
		return EISDIR;
	return S_ISCHR(stat.st_mode) || S_ISBLK(stat.st_mode) ? ENOTSUP : 0;
}

/*
 * To open a FIFO that nobody writes to would wait for ever; not waiting, it opens and is at its
 * end.  From one that has a writer it is read with waiting.
 */
static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int error;

	if (fd < 0)
		return -errno;
	error = check_kind(fd);
	if (!error && fcntl(fd, F_SETFL, 0) < 0)
		error = errno;
	if (!error)
		return fd;
	close(fd);
	return -error;
}

/* gives: the bytes read, RECORDING_BYTES_MAX + 1 if there are more than a recording has; -errno. */
static ssize_t read_all(int fd, char *text)
{
	size_t length = 0;

	while (length <= RECORDING_BYTES_MAX) {
		ssize_t n = read(fd, text + length, RECORDING_BYTES_MAX + 1 - length);

		if (n == 0)
			break;
		if (n > 0)
			length += (size_t)n;
		else if (errno != EINTR)
			return -errno;
	}
	return (ssize_t)length;
}

static int fail_file(int error, struct recording_error *words)
{
	*words = (struct recording_error){0};
	snprintf(words->words, sizeof(words->words), "%s",
		 error == -ENOTSUP ? "a device is no recording" : strerror(-error));
	return error;
}

/* Did the parser, before it failed, find something that is of our format? */
static bool is_ours(const struct recording *recording)
{
	return recording->sets && (recording->sets > 1 || recording->set[0].msrs.present ||
				   recording->set[0].label[0]);
}

/*
 * A list of another program's is tried where nothing in the text is of our format; the complaint
 * that is told is that of whoever came further.
 */
static int parse_plain(const char *text, size_t length, struct recording *recording,
		       struct recording_error *error)
{
	struct recording_error other;

	if (!recording_parse(text, length, recording, error))
		return 0;
	if (is_ours(recording) && !recording_has_cpuid(text, length))
		return -EINVAL;
	if (!recording_parse_foreign(text, length, recording, &other))
		return 0;
	if (other.line > error->line || recording_is_foreign(text, length))
		*error = other;
	return -EINVAL;
}

static int parse(char *text, ssize_t length, struct recording *recording,
		 struct recording_error *error)
{
	if (length < 0)
		return fail_file((int)length, error);
	if (length > RECORDING_BYTES_MAX)
		return recording_parse_start(text, RECORDING_BYTES_MAX, recording, error);
	return parse_plain(text, recording_text_plain(text, (size_t)length), recording, error);
}

int recording_read(const char *path, struct recording *recording, struct recording_error *error)
{
	bool standard = !strcmp(path, "-");
	int fd = standard ? STDIN_FILENO : open_file(path);
	char *text;
	int result;

	if (fd < 0)
		return fail_file(fd, error);
	text = malloc(RECORDING_BYTES_MAX + 1);
	result = text ? parse(text, read_all(fd, text), recording, error)
		      : fail_file(-ENOMEM, error);
	free(text);
	if (!standard)
		close(fd);
	return result;
}
