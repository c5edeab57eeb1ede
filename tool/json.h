/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON output.  Values are built with jansson (<jansson.h>: json_object(), json_pack(), ...), keys
 * keep the order in which they are added.  A value that is not known is json_null(), never 0.
 */
#ifndef TOOL_JSON_H
#define TOOL_JSON_H

#include <jansson.h>

/* A string; bytes that are no UTF-8 become '?'.  NULL gives null. */
json_t *json_text(const char *text);

/* "0x1a", with zeroes before it up to so many digits; 0 or 1: none. */
json_t *json_hex(unsigned long long value, int digits);

/* Prints a value on stdout, and gives it back; NULL (jansson had no memory) ends the process. */
void json_print(json_t *value);

#endif
