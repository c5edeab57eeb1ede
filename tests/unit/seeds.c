// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seeds.h"

#define MAX_CHILDREN  64
#define SECONDS	      30 /* of CPU time that a run may take: then it goes round for ever */
#define SEED_DRAWN    0xffffffffu
#define REPLAY_FORMAT "%s --seed %llu --steps %llu %s\n"

struct child {
	pid_t pid; /* 0: none */
	unsigned long long seed;
	int words; /* what it wrote */
};

static struct child children[MAX_CHILDREN];

static void child_start(struct child *child, const struct test *test, unsigned long long seed,
			unsigned long long steps, seed_run_fn run)
{
	const struct rlimit limit = {SECONDS, SECONDS};

	child->seed = seed;
	child->words = memfd_create("words", 0);
	fflush(NULL);
	child->pid = fork();
	if (child->pid < 0 || child->words < 0) {
		perror("a run cannot be started");
		exit(1);
	}
	if (child->pid)
		return;
	dup2(child->words, STDOUT_FILENO);
	dup2(child->words, STDERR_FILENO);
	setrlimit(RLIMIT_CPU, &limit);
	exit(run(test, seed, steps) ? 0 : 1);
}

/* gives: the one that has ended; *passed. */
static struct child *child_wait(bool *passed)
{
	int status;
	pid_t pid;

	do
		pid = waitpid(-1, &status, 0);
	while (pid < 0 && errno == EINTR);
	for (unsigned int i = 0; i < MAX_CHILDREN; i++) {
		if (!children[i].pid || children[i].pid != pid)
			continue;
		children[i].pid = 0;
		*passed = WIFEXITED(status) && !WEXITSTATUS(status);
		if (WIFSIGNALED(status))
			dprintf(children[i].words, "killed by signal %d%s\n", WTERMSIG(status),
				WTERMSIG(status) == SIGKILL ? ": it does not end" : "");
		return &children[i];
	}
	abort();
}

static struct child *child_free(unsigned int limit)
{
	for (unsigned int i = 0; i < limit; i++)
		if (!children[i].pid)
			return &children[i];
	return NULL;
}

static unsigned int children_at_once(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (processors < 1)
		return 1;
	return processors > MAX_CHILDREN ? MAX_CHILDREN : (unsigned int)processors;
}

static void print_words(const struct child *child)
{
	char piece[4096];
	ssize_t length;

	lseek(child->words, 0, SEEK_SET);
	while ((length = read(child->words, piece, sizeof(piece))) > 0)
		fwrite(piece, 1, (size_t)length, stdout);
}

/* gives: did it pass?  If not and `print`, its words are printed. */
static bool run_alone(const struct test *test, unsigned long long seed, unsigned long long steps,
		      seed_run_fn run, bool print)
{
	struct child *child;
	bool passed;

	child_start(child_free(1), test, seed, steps, run);
	child = child_wait(&passed);
	if (!passed && print)
		print_words(child);
	close(child->words);
	return passed;
}

/* The fewest at which it fails, if it fails at all that are more; a number at which it does. */
static unsigned long long fewest_steps(const struct test *test, unsigned long long seed,
				       unsigned long long steps, seed_run_fn run)
{
	unsigned long long passes = 0, fails = steps;

	while (passes + 1 < fails) {
		unsigned long long middle = passes + (fails - passes) / 2;

		if (run_alone(test, seed, middle, run, false))
			passes = middle;
		else
			fails = middle;
	}
	return fails;
}

static void explain(const struct test *test, const struct seed_options *options,
		    unsigned long long seed, unsigned long long steps, seed_run_fn run)
{
	/* Who says the steps wants these. */
	if (!options->steps)
		steps = fewest_steps(test, seed, steps, run);
	if (run_alone(test, seed, steps, run, true))
		printf("%s: seed %llu failed, and passes when it is run again\n", test->file, seed);
	printf(REPLAY_FORMAT, options->program, seed, steps, test->name);
}

static unsigned long long draw_seed(void)
{
	unsigned long long seed = 0;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		perror("getrandom");
	return 1 + seed % SEED_DRAWN;
}

bool seeds_run(const struct test *test, const struct seed_options *options, seed_run_fn run)
{
	unsigned long long steps = options->steps ? options->steps : test->steps;
	unsigned long long first = options->seed ? options->seed : draw_seed(), next = first;
	unsigned long long count = options->seeds  ? options->seeds
				   : options->seed ? 1
						   : test->seeds;
	unsigned long long failed = 0;
	unsigned int at_once = children_at_once(), running = 0;

	printf("%s: seeds %llu to %llu, %llu steps each\n", test->name, first, first + count - 1,
	       steps);
	while (running || (next < first + count && !failed)) {
		struct child *child = child_free(at_once);
		bool passed;

		if (child && next < first + count && !failed) {
			child_start(child, test, next++, steps, run);
			running++;
			continue;
		}
		child = child_wait(&passed);
		running--;
		close(child->words);
		if (!passed && (!failed || child->seed < failed))
			failed = child->seed;
	}
	if (failed)
		explain(test, options, failed, steps, run);
	return !failed;
}
