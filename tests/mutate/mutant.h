/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All faults that plant.py planted in a file, each asleep until it is the one that is asked for:
 * what the planted source calls.  Included before everything else.
 */
#ifndef LINTEL_TESTS_MUTATE_MUTANT_H
#define LINTEL_TESTS_MUTATE_MUTANT_H

extern unsigned int mutant_active;    /* MUTANT in the environment; 0: none */
extern unsigned char *mutant_reached; /* a byte for each */

/* Is fault `number` awake?  Notes that somebody asked, so came by. */
static inline _Bool mutant(unsigned int number)
{
	mutant_reached[number] = 1;
	return number == mutant_active;
}

/* Both operands once, as the operator would take them: + 0 promotes, and makes a bit-field a value.
 */
#define MUTANT_BINARY(number, left, operator, other, right)                                        \
	({                                                                                         \
		__auto_type left_ = (left) + 0;                                                    \
		__auto_type right_ = (right) + 0;                                                  \
		mutant(number) ? left_ other right_ : left_ operator right_;                       \
	})

/* One of them is a pointer, perhaps to a type that is not known here. */
#define MUTANT_POINTER(number, left, operator, other, right)                                       \
	({                                                                                         \
		__auto_type left_ = (left);                                                        \
		__auto_type right_ = (right);                                                      \
		mutant(number) ? left_ other right_ : left_ operator right_;                       \
	})

/* && and ||: the right operand only when the left one does not decide. */
#define MUTANT_AND(number, left, right)                                                            \
	({                                                                                         \
		_Bool left_ = !!(left);                                                            \
		left_ != mutant(number) ? !!(right) : left_;                                       \
	})
#define MUTANT_OR(number, left, right)                                                             \
	({                                                                                         \
		_Bool left_ = !!(left);                                                            \
		left_ == mutant(number) ? !!(right) : left_;                                       \
	})

#define MUTANT_CONDITION(number, condition) (!!(condition) != mutant(number))
#define MUTANT_CONSTANT(number, constant)   ((constant) + mutant(number))

#endif
