#pragma once

#include "tests/core/formats/build.h"

/*
 * Files that are broken, or made to break something. Each must be refused, on opening or on reading its tensors,
 * with a message that says why.
 */

void hostile_add             (const char *format, const char *name, GBytes *bytes, const char *message);
void hostile_add_pickles     (void);
void hostile_add_zips        (void);
void hostile_add_streams     (void);
void hostile_add_safetensors (void);
void hostile_add_arrays      (void);
void hostile_add_others      (void);
