#pragma once

#include "cli/options.h"

G_BEGIN_DECLS

extern const CliCommand cli_info;
extern const CliCommand cli_classify;
extern const CliCommand cli_explain;
extern const CliCommand cli_sheet;
extern const CliCommand cli_bench;

G_END_DECLS
