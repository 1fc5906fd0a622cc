#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* "camlucida-cli: MESSAGE" as one line on stderr, control characters escaped. */
void cli_report_error (const char *message);
/* "camlucida-cli: PATH: MESSAGE" likewise. */
void cli_report_error_about (const char *path, const char *message);
/* The same for wrong usage of a command (nullable), pointing to --help; gives %CLI_USAGE. */
int cli_report_usage (const char *command, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* "98.3 %", or "–" for NaN. (transfer full) */
char *cli_format_percent (double probability);
/* Four significant digits, or "–" for NaN. (transfer full) */
char *cli_format_number (double value);

/* JSON that is always valid: text that is not UTF-8 is repaired, numbers that are not finite are
 * null. A NULL text is null. */
void cli_json_add_text (JsonBuilder *builder, const char *member, const char *text);
void cli_json_add_number (JsonBuilder *builder, const char *member, double value);
void cli_json_add_int (JsonBuilder *builder, const char *member, gint64 value);
/* @values (nullable: null) [@n] */
void cli_json_add_floats (JsonBuilder *builder, const char *member, const float *values, int n);
/* Prints what was built, and a line end, on stdout. */
void cli_json_print (JsonBuilder *builder);

G_END_DECLS
