#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* HDF5 files by recipe. libhdf5 itself falls over damaged files, which is not what is looked for
 * here: so the targets change a recipe, and the file that is made from it is always a whole one. */

/* The bytes of a file made from lines of text, of which any that make no sense are left out:
 *   D PATH KIND SIZES    a data set; KIND: f2 f4 f8 i1 i4 i8 s5 v (text of 5 bytes, of any length),
 *                        z4 (float32, compressed, unshuffled); SIZES: "3,3,4", "" for one number
 *   S PATH NAME TEXT     an attribute, text of any length
 *   F PATH NAME TEXT     an attribute, text of a fixed length
 *   T PATH NAME A,B,C    a list of texts of one length
 *   V PATH NAME A,B,C    a list of texts of any length
 *   N PATH NAME SIZES    an attribute, numbers
 *   L PATH TARGET        a soft link
 *   X PATH TARGET        a link to something in another file
 * PATH "." is the root; groups are made where they are missing. (transfer full) */
GByteArray *fuzz_make_hdf5 (const guint8 *recipe, gsize size);

G_END_DECLS
