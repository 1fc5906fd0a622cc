#pragma once

#include "readers/reader.h"

G_BEGIN_DECLS

extern const LucidaReader lucida_reader_safetensors;

G_END_DECLS
