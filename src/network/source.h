#pragma once

#include <glib/gi18n.h>

/* What says class names and preprocessing, where it is no file: for people, who see it translated.
 */
#define LUCIDA_SOURCE_METADATA N_ ("its metadata")
#define LUCIDA_SOURCE_ARITHMETIC N_ ("its own arithmetic at the input")
#define LUCIDA_SOURCE_SETTINGS N_ ("your settings for this model")
#define LUCIDA_SOURCE_IMAGENET N_ ("ImageNet's names")
#define LUCIDA_SOURCE_FILE N_ ("the file")
